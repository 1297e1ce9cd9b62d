#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cli/clients/key_edit.h"
#include "core/base/result.h"

namespace agm::cli {

/// A key that `agm clients set` gave a value.
struct SetKeyRecord {
  KeyPath path;
  std::optional<std::string> before;  ///< raw; nullopt: the file did not have the key
  std::string after;                  ///< raw
  std::size_t tables = 0;             ///< tables on the path that were there before
};

/// A settings file that `agm clients set` changed.
struct SetFileRecord {
  std::filesystem::path path;
  Format format = Format::kJson;
  std::optional<std::string> before;  ///< the whole text; nullopt: the file did not exist
  std::string after;
  unsigned mode = 0600;                ///< before; of a new file: its mode
  std::filesystem::path first_folder;  ///< the topmost folder that was made for it; or empty
  std::vector<SetKeyRecord> keys;
  std::vector<std::string> secrets{};  ///< keys in `before` and `after`, which nothing must show
};

/// Changes of `agm clients set` for one client: `clients/NAME.json` in the state folder, mode 0600,
/// because settings may hold secrets.
///
/// Thread safety: one thread at a time.
using Journal = std::vector<SetFileRecord>;

/// nullopt if nothing is set for the client; kIo if the file cannot be read.
Result<std::optional<Journal>> LoadJournal(const std::filesystem::path& state_folder,
                                           std::string_view client);
/// An empty journal removes the file.
Result<void> SaveJournal(const std::filesystem::path& state_folder, std::string_view client,
                         const Journal& journal);

}  // namespace agm::cli
