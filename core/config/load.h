#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/base/secret.h"
#include "core/config/config.h"
#include "core/config/paths.h"
#include "core/config/problem.h"

namespace agm::config {

/// Where a setting's value comes from; each beats those before it.
enum class Origin { kDefault, kFile, kEnvironment, kFlag };

/// "default", "file", "env" or "flag".
std::string_view OriginName(Origin origin);

/// What the command line says; it beats the environment and the file.
struct Overrides {
  std::optional<std::string> host;
  std::optional<int> port;
  std::optional<bool> allow_lan_access;  ///< beats a `host` of the file and the environment too
  std::optional<std::string> auth_mode;  ///< as the user typed it
  std::optional<Secret> api_key;
};

/// A configuration's text, read or made up by a test.
struct Source {
  std::string text;
  std::filesystem::path path;  ///< names it in problems; relative names in it start at its folder
};

struct Loaded {
  Config config;
  std::vector<Problem> warnings;
  /// Where the settings of [proxy] come from, by their name ("port"); defaults are left out.
  std::map<std::string, Origin, std::less<>> origins;
  /// The file that was read, or would be; empty where nothing says where it lies.
  std::filesystem::path path;
  bool found = false;  ///< there is such a file

  Origin OriginOf(std::string_view setting) const;
};

/// What Check found: the settings if they are usable, and all problems, errors and warnings.
struct Checked {
  std::optional<Loaded> loaded;  ///< set if no problem is an error
  std::vector<Problem> problems;
};

/// Reads settings: flags beat the environment (AGM_PORT, AGM_HOST, AGM_API_KEY, AGM_AUTH_MODE)
/// beats the text beats the defaults. Unknown keys are warnings, wrong types and values errors;
/// all are found at once, each with its place, but of a text that is no TOML only the first. A
/// credential that api_key_env or api_key_file names and that is not there is a warning, and the
/// account says why it is `unusable`: one broken account must not stop the others.
///
/// Thread safety: any thread.
Checked Check(const Source& source, const Environment& environment, const Overrides& overrides);

/// As Check, of a file. One that does not exist means defaults, unless `location` says that the
/// user asked for just that file.
Checked CheckFile(const Location& location, const Environment& environment,
                  const Overrides& overrides);

/// As Check, for those who need the settings or one Error (kConfig) whose message has a line for
/// each problem.
///
///   auto loaded = Load(FindConfig(flag, environment), environment, overrides);
///   if (!loaded) return std::move(loaded).error();
///   for (const auto& warning : loaded->warnings) log.Warn(warning.Text());
Result<Loaded> Load(const Location& location, const Environment& environment,
                    const Overrides& overrides = {});
Result<Loaded> Load(const Source& source, const Environment& environment = {},
                    const Overrides& overrides = {});

}  // namespace agm::config
