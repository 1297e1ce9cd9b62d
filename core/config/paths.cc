#include "core/config/paths.h"

#include <unistd.h>

#include <system_error>

#include "core/base/os/environment.h"

namespace agm::config {
namespace {

namespace fs = std::filesystem;

/// The folders of the packaged service.
const fs::path kServiceConfigFolder = "/etc/agm";
const fs::path kServiceStateFolder = "/var/lib/agm";

fs::path Absolute(const fs::path& path) {
  std::error_code error;
  fs::path absolute = fs::absolute(path, error);
  return error ? path : absolute.lexically_normal();
}

// The XDG folder in `variable`, else the one below the home folder; empty if neither is set.
fs::path XdgFolder(const Environment& environment, std::string_view variable,
                   std::string_view below_home) {
  if (fs::path xdg = Get(environment, variable); xdg.is_absolute()) return xdg;
  const fs::path home = Get(environment, "HOME");
  return home.empty() ? fs::path() : Absolute(home / below_home);
}

/// True for root on a machine where the packaged service is installed and root has no
/// configuration of its own: root's commands then act on the service's files.
bool ActsOnService(const fs::path& own_config) {
  std::error_code error;
  return ::geteuid() == 0 && fs::is_directory(kServiceConfigFolder, error) &&
         !fs::exists(own_config, error);
}

fs::path OwnConfig(const Environment& environment) {
  const fs::path folder = XdgFolder(environment, "XDG_CONFIG_HOME", ".config");
  return folder.empty() ? folder : folder / "agm" / "config.toml";
}

}  // namespace

Environment ProcessEnvironment() {
  Environment variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    variables.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return variables;
}

std::string_view Get(const Environment& environment, std::string_view name) {
  const auto at = environment.find(name);
  return at == environment.end() ? std::string_view() : std::string_view(at->second);
}

Location FindConfig(std::string_view flag, const Environment& environment) {
  if (!flag.empty()) return {Absolute(flag), FoundBy::kFlag};
  if (const auto named = Get(environment, "AGM_CONFIG"); !named.empty()) {
    return {Absolute(named), FoundBy::kEnvironment};
  }
  const fs::path own = OwnConfig(environment);
  if (ActsOnService(own)) return {kServiceConfigFolder / "config.toml", FoundBy::kDefault};
  return {own, FoundBy::kDefault};
}

Result<fs::path> StateDir(const Environment& environment) {
  if (const auto named = Get(environment, "AGM_STATE_DIR"); !named.empty()) {
    return Absolute(named);
  }
  if (Get(environment, "AGM_CONFIG").empty() && ActsOnService(OwnConfig(environment))) {
    return kServiceStateFolder;
  }
  const fs::path folder = XdgFolder(environment, "XDG_STATE_HOME", ".local/state");
  if (!folder.empty()) return folder / "agm";
  return Fail(ErrorCode::kConfig,
              "cannot tell where to keep state: neither AGM_STATE_DIR, XDG_STATE_HOME nor HOME is "
              "set; set AGM_STATE_DIR to a folder");
}

}  // namespace agm::config
