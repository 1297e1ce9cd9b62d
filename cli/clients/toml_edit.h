#pragma once

#include "cli/clients/key_edit.h"

namespace agm::cli {

/// The functions of key_edit.h for TOML. Tables below the root are edited where they are written
/// with headers; other notations are refused with kConfig.
///
/// Thread safety: any thread.
Result<std::optional<std::string>> ReadToml(std::string_view text, const KeyPath& path);
Result<std::string> SetToml(std::string_view text, const KeyPath& path, std::string_view raw);
Result<std::string> RemoveToml(std::string_view text, const KeyPath& path, std::size_t keep);
std::size_t TomlTables(std::string_view text, const KeyPath& path);

}  // namespace agm::cli
