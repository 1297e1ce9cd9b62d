#pragma once

#include <string>

#include "cli/command.h"

namespace agm::cli {

struct ConfigGetOptions {
  std::string key;
};
struct ConfigSetOptions {
  std::string key;
  std::string value;
};
struct ConfigEditOptions {};
struct ConfigSchemaOptions {};

/// `agm config get KEY`: the setting in effect, secrets masked. A KEY is a path of names:
/// `proxy.port` (or `port`), `proxy.tls.key`, `accounts.work.priority`, `custom_mapping.gpt-4o`.
/// kNotFound for a key that does not exist.
Result<void> RunConfigGet(const Context& context, const ConfigGetOptions& options);
/// `agm config set KEY VALUE`: changes the file. The value is checked before it is written, and the
/// other lines and the comments stay. A list is given with commas or as a JSON array.
Result<void> RunConfigSet(const Context& context, const ConfigSetOptions& options);
/// `agm config edit`: opens a copy of the file in $VISUAL or $EDITOR, and puts it in place if it
/// has no errors; else the copy stays, and the errors are told.
Result<void> RunConfigEdit(const Context& context, const ConfigEditOptions& options);
/// `agm config schema`: a JSON Schema of the file, for editors.
Result<void> RunConfigSchema(const Context& context, const ConfigSchemaOptions& options);

void AddConfigGet(Commands at, Run<ConfigGetOptions> run = RunConfigGet);
void AddConfigSet(Commands at, Run<ConfigSetOptions> run = RunConfigSet);
void AddConfigEdit(Commands at, Run<ConfigEditOptions> run = RunConfigEdit);
void AddConfigSchema(Commands at, Run<ConfigSchemaOptions> run = RunConfigSchema);

}  // namespace agm::cli
