#pragma once

#include "cli/command.h"

namespace agm::cli {

struct ModelsOptions {
  bool upstream = false;
};

/// `agm models`: prints the list of /v1/models, or the models that the accounts offer upstream.
Result<void> RunModels(const Context& context, const ModelsOptions& options);
void AddModels(Commands at, Run<ModelsOptions> run = RunModels);

}  // namespace agm::cli
