#pragma once

#include <string>

#include "cli/command.h"

namespace agm::cli {

struct CompleteOptions {
  std::string what;
};

/// `agm complete accounts|models|rules`: prints names for the completion scripts, one per line. It
/// takes at most 300 ms and never fails: without information it prints nothing. Names with
/// characters that are special in a shell are left out; a rule's name may contain `*`. Hidden in
/// help.
Result<void> RunComplete(const Context& context, const CompleteOptions& options);
void AddComplete(Commands at, Run<CompleteOptions> run = RunComplete);

}  // namespace agm::cli
