#pragma once

#include <string>

#include "cli/command.h"

namespace agm::cli {

struct CompleteOptions {
  std::string what;
};

/// `agm complete accounts|models|rules`: names for the completion scripts, one a line. Takes at
/// most 300 ms and never fails: where it knows nothing it says nothing. Names that a shell could
/// misread are left out. Not shown in help.
Result<void> RunComplete(const Context& context, const CompleteOptions& options);
void AddComplete(Commands at, Run<CompleteOptions> run = RunComplete);

}  // namespace agm::cli
