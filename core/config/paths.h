#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace agm::config {

/// Environment variables as a value, so that tests can provide their own.
using Environment = std::map<std::string, std::string, std::less<>>;

/// The variables of this process.
Environment ProcessEnvironment();

/// A variable's value; a variable that is not set counts as empty.
std::string_view Get(const Environment& environment, std::string_view name);

/// The reason for the configuration file's location.
enum class FoundBy { kFlag, kEnvironment, kDefault };

struct Location {
  std::filesystem::path path;  ///< empty: no location is known
  FoundBy found_by = FoundBy::kDefault;

  /// True if a missing file is an error, because the user named it on this command line.
  bool required() const { return found_by == FoundBy::kFlag; }
};

/// The location of the configuration file, whether it exists or not: `flag` (--config) if not
/// empty, else $AGM_CONFIG, else $XDG_CONFIG_HOME/agm/config.toml, else ~/.config/agm/config.toml.
/// The path is absolute. A relative $XDG_CONFIG_HOME is ignored, as the XDG specification demands.
///
/// Thread safety: any thread.
Location FindConfig(std::string_view flag, const Environment& environment);

/// The folder for persistent state: $AGM_STATE_DIR, else $XDG_STATE_HOME/agm, else
/// ~/.local/state/agm. It need not exist. kConfig if none of these variables is set.
Result<std::filesystem::path> StateDir(const Environment& environment);

}  // namespace agm::config
