#pragma once

#include <string>

#include "cli/command.h"
#include "core/base/json.h"
#include "core/config/load.h"

namespace agm::cli {

struct ConfigInitOptions {};
struct ConfigPathOptions {};
struct ConfigShowOptions {
  bool origin = false;
};
struct ConfigCheckOptions {
  std::string file;  ///< empty: the default file
};

/// `agm config init`: writes a commented file with every setting at its default.
Result<void> RunConfigInit(const Context& context, const ConfigInitOptions& options);
/// `agm config path`: prints the path of the file, whether it exists or not.
Result<void> RunConfigPath(const Context& context, const ConfigPathOptions& options);
/// `agm config show`: prints the effective settings as TOML, with secrets masked.
Result<void> RunConfigShow(const Context& context, const ConfigShowOptions& options);
/// `agm config check`: prints every problem of a file, one per line; kConfig if one is an error.
Result<void> RunConfigCheck(const Context& context, const ConfigCheckOptions& options);

void AddConfigInit(Commands at, Run<ConfigInitOptions> run = RunConfigInit);
void AddConfigPath(Commands at, Run<ConfigPathOptions> run = RunConfigPath);
void AddConfigShow(Commands at, Run<ConfigShowOptions> run = RunConfigShow);
void AddConfigCheck(Commands at, Run<ConfigCheckOptions> run = RunConfigCheck);

/// `agm config` with these subcommands.
void AddConfig(Commands at);

/// The effective settings as `agm config show --json` prints them, secrets masked.
Json SettingsDocument(const config::Loaded& loaded, bool origin);

}  // namespace agm::cli
