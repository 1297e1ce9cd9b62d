#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace agm::config {

/// The environment's variables, as a value so that tests bring their own.
using Environment = std::map<std::string, std::string, std::less<>>;

/// The variables of this process.
Environment ProcessEnvironment();

/// A variable's value; empty counts as not set.
std::string_view Get(const Environment& environment, std::string_view name);

/// Who said where the configuration file lies.
enum class FoundBy { kFlag, kEnvironment, kDefault };

struct Location {
  std::filesystem::path path;  ///< empty: nothing says where it could lie
  FoundBy found_by = FoundBy::kDefault;

  /// True where a missing file is an error: the user named it on this very command line.
  bool required() const { return found_by == FoundBy::kFlag; }
};

/// Where the configuration file lies, whether it exists or not: `flag` (--config) where not empty,
/// else $AGM_CONFIG, else $XDG_CONFIG_HOME/agm/config.toml, else ~/.config/agm/config.toml. The
/// path is absolute. As the XDG rules ask, a relative $XDG_CONFIG_HOME is ignored.
///
/// Thread safety: any thread.
Location FindConfig(std::string_view flag, const Environment& environment);

/// The folder for what the program remembers: $AGM_STATE_DIR, else $XDG_STATE_HOME/agm, else
/// ~/.local/state/agm. It need not exist. kConfig where none of these is set.
Result<std::filesystem::path> StateDir(const Environment& environment);

}  // namespace agm::config
