#pragma once

#include "cli/command.h"

namespace agm::cli {

struct ModelsOptions {
  bool upstream = false;
};

/// `agm models`: the list that /v1/models gives, or what the accounts offer upstream.
void AddModels(Commands at, Run<ModelsOptions> run);
Result<void> RunModels(const Context& context, const ModelsOptions& options);
inline void AddModels(Commands at) { AddModels(at, RunModels); }

}  // namespace agm::cli
