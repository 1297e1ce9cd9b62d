#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cli/clients/journal.h"
#include "cli/clients/recipes.h"

namespace agm::cli {

/// A change of one file that was planned but not made.
struct FileChange {
  std::filesystem::path path;
  std::optional<std::string> before;  ///< nullopt: there is no file
  std::optional<std::string> after;   ///< nullopt: the file is removed
  unsigned mode = 0600;
  std::filesystem::path first_folder;  ///< to remove, once empty, with a removed file

  bool changes() const { return before != after; }
};

struct SetupPlan {
  std::vector<FileChange> files;
  Journal journal;                   ///< as it is to be after the changes
  std::vector<std::string> kept;     ///< keys that are no longer ours and stay
  std::vector<std::string> secrets;  ///< texts that a shown difference must mask
};

/// Plans to point a client at the gateway: what an earlier `set` did is undone first, so that the
/// journal always leads back to the user's own files. kConfig, which names the file, if one cannot
/// be edited.
///
/// Thread safety: one thread at a time.
Result<SetupPlan> PlanSet(const Context& context, const Recipe& recipe,
                          const Connection& connection, const Journal& earlier);

/// Plans to take out what `set` put in. A file that still is as `set` left it becomes byte for byte
/// what it was; in any other, each key that still has our value gets its former one.
Result<SetupPlan> PlanUnset(const Journal& journal);

/// The difference as people read it, without secrets; empty if nothing changes.
std::string ShowPlan(const SetupPlan& plan);

/// Makes the changes: the journal first, then each file at once and only if nobody changed it
/// meanwhile (kIo). Links, owners and modes stay; a file with a real key becomes 0600.
Result<void> Carry(const SetupPlan& plan, const std::filesystem::path& state_folder,
                   std::string_view client);

/// True if all settings files of the client have our values for this gateway.
bool PointsHere(const Context& context, const Recipe& recipe, const std::string& base);

}  // namespace agm::cli
