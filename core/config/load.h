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

/// The source of a setting's value; each one overrides those before it.
enum class Origin { kDefault, kFile, kEnvironment, kFlag };

/// "default", "file", "env" or "flag".
std::string_view OriginName(Origin origin);

/// Settings from the command line; they override the environment and the file.
struct Overrides {
  std::optional<std::string> host;
  std::optional<int> port;
  std::optional<bool> allow_lan_access;  ///< also overrides a `host` from elsewhere
  std::optional<std::string> auth_mode;  ///< as typed by the user
  std::optional<Secret> api_key;
};

/// A configuration's text, read from a file or written by a test.
struct Source {
  std::string text;
  std::filesystem::path path;  ///< for problems; its folder resolves relative names
};

struct Loaded {
  Config config;
  std::vector<Problem> warnings;
  /// The sources of the settings, by name ("port" of [proxy], "log.level"); defaults are left out.
  std::map<std::string, Origin, std::less<>> origins;
  /// The file that was or would be read; empty if no location is known.
  std::filesystem::path path;
  bool found = false;  ///< the file exists

  Origin OriginOf(std::string_view setting) const;
};

/// The result of Check: the settings if they are usable, and all errors and warnings.
struct Checked {
  std::optional<Loaded> loaded;  ///< set if no problem is an error
  std::vector<Problem> problems;
};

/// Reads settings. Flags override the environment (AGM_PORT, AGM_HOST, AGM_API_KEY, AGM_AUTH_MODE),
/// which overrides the text, which overrides the defaults. Unknown keys are warnings; wrong types
/// and values are errors. All problems are reported at once with their positions, but only the
/// first one of a text that is not valid TOML. If a credential that api_key_env or api_key_file
/// names does not exist, that is a warning, and the account's `unusable` states the reason: one
/// broken account must not stop the others.
///
/// Thread safety: any thread.
Checked Check(const Source& source, const Environment& environment, const Overrides& overrides);

/// Like Check, for a file. A file that does not exist means defaults, unless `location` says that
/// the user named exactly that file.
Checked CheckFile(const Location& location, const Environment& environment,
                  const Overrides& overrides);

/// Like Check, for callers that need the settings or one Error (kConfig), whose message has one
/// line per problem.
///
///   auto loaded = Load(FindConfig(flag, environment), environment, overrides);
///   if (!loaded) return std::move(loaded).error();
///   for (const auto& warning : loaded->warnings) log.Write(LogLevel::kWarning, warning.Text());
Result<Loaded> Load(const Location& location, const Environment& environment,
                    const Overrides& overrides = {});
Result<Loaded> Load(const Source& source, const Environment& environment = {},
                    const Overrides& overrides = {});

}  // namespace agm::config
