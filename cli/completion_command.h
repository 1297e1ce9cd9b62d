#pragma once

#include <string>

#include "cli/command.h"

namespace agm::cli {

struct CompletionOptions {
  std::string shell;
};

/// `agm completion bash|zsh|fish`: writes the shell's completion script to stdout.
Result<void> RunCompletion(const Context& context, const CompletionOptions& options);
void AddCompletion(Commands at, Run<CompletionOptions> run = RunCompletion);

}  // namespace agm::cli
