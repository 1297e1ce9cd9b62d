#pragma once

#include "cli/command.h"

namespace agm::cli {

struct ModelsOptions {
  bool upstream = false;
  bool prices = false;
};

/// `agm models`: prints the list of /v1/models, the models that the accounts offer
/// upstream, or the list prices with which costs are computed.
Result<void> RunModels(const Context& context, const ModelsOptions& options);
void AddModels(Commands at, Run<ModelsOptions> run = RunModels);

}  // namespace agm::cli
