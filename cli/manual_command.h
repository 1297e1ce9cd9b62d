#pragma once

#include <string>

#include "cli/command.h"

namespace agm::cli {

struct ManualOptions {
  std::string what;
};

/// `agm manual man|toml|bash|zsh|fish`: writes a file of man/ or completions/ to stdout; `alerts`
/// and `dashboard` write the files for Prometheus and Grafana. Hidden in help: it is for people who
/// build, package and monitor the program.
Result<void> RunManual(const Context& context, const ManualOptions& options);
void AddManual(Commands at, Run<ManualOptions> run = RunManual);

}  // namespace agm::cli
