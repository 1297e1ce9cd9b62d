#pragma once

#include "cli/command.h"

namespace agm::cli {

struct ModelsOptions {
  bool upstream = false;
};

/// `agm models`: the list that /v1/models gives, or what the accounts offer upstream.
Result<void> RunModels(const Context& context, const ModelsOptions& options);
void AddModels(Commands at, Run<ModelsOptions> run = RunModels);

}  // namespace agm::cli
