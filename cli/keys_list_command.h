#pragma once

#include <optional>
#include <string>

#include "cli/command.h"

namespace agm::cli {

struct KeysListOptions {};

struct KeysShowOptions {
  std::string name;
};

struct KeysUsageOptions {
  std::string name;  ///< empty: all keys
  std::optional<std::string> since;
  std::string by = "caller";  ///< "model": a row for each model
};

/// `agm keys list|show|usage`: the keys with what the request log has of them. No gateway need run.
Result<void> RunKeysList(const Context& context, const KeysListOptions& options);
Result<void> RunKeysShow(const Context& context, const KeysShowOptions& options);
Result<void> RunKeysUsage(const Context& context, const KeysUsageOptions& options);

void AddKeysList(Commands at, Run<KeysListOptions> run = RunKeysList);
void AddKeysShow(Commands at, Run<KeysShowOptions> run = RunKeysShow);
void AddKeysUsage(Commands at, Run<KeysUsageOptions> run = RunKeysUsage);

}  // namespace agm::cli
