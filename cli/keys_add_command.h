#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/command.h"
#include "core/keys/draft.h"

namespace agm::cli {

struct KeysAddOptions {
  std::string name;
  keys::Draft draft;
  bool dry_run = false;
};

struct KeysRotateOptions {
  std::string name;
  std::optional<std::string> grace;
  bool dry_run = false;
};

struct KeysAdoptOptions {
  bool dry_run = false;
};

/// `agm keys add NAME`: makes a key and prints it, the only time that it is shown.
Result<void> RunKeysAdd(const Context& context, const KeysAddOptions& options);
void AddKeysAdd(Commands at, Run<KeysAddOptions> run = RunKeysAdd);

/// `agm keys set NAME`: changes what is given, and nothing else.
Result<void> RunKeysSet(const Context& context, const KeysAddOptions& options);
void AddKeysSet(Commands at, Run<KeysAddOptions> run = RunKeysSet);

/// `agm keys rotate NAME [--grace 24h]`: gives a key another secret, and prints it.
Result<void> RunKeysRotate(const Context& context, const KeysRotateOptions& options);
void AddKeysRotate(Commands at, Run<KeysRotateOptions> run = RunKeysRotate);

/// `agm keys adopt`: moves proxy.api_key and proxy.api_keys to [[keys]], hashed; clients keep them.
Result<void> RunKeysAdopt(const Context& context, const KeysAdoptOptions& options);
void AddKeysAdopt(Commands at, Run<KeysAdoptOptions> run = RunKeysAdopt);

}  // namespace agm::cli
