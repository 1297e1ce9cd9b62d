#pragma once

#include <string>
#include <vector>

#include "cli/command.h"

namespace agm::cli {

struct KeysEditOptions {
  std::vector<std::string> names;
  bool dry_run = false;
};

/// `agm keys enable|disable|remove NAME...`: changes all the keys, or none if a name does not exist
/// (kNotFound).
Result<void> RunKeysEnable(const Context& context, const KeysEditOptions& options);
Result<void> RunKeysDisable(const Context& context, const KeysEditOptions& options);
Result<void> RunKeysRemove(const Context& context, const KeysEditOptions& options);

/// `agm keys`: client keys with limits.
void AddKeys(Commands at);

}  // namespace agm::cli
