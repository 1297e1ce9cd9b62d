#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/command.h"

namespace agm::cli {

struct RunOptions {
  std::string client;
  std::optional<std::string> model;
  std::vector<std::string> arguments;  ///< the client's own
};

/// `agm run CLIENT [--model M] [-- ARGS]`: starts a client that talks to the gateway, by its
/// environment and arguments only; the client's own settings stay as they are. This program becomes
/// the client. kUpstreamUnavailable if no gateway runs, kNotFound if the client is not installed.
Result<void> RunRun(const Context& context, const RunOptions& options);
void AddRun(Commands at, Run<RunOptions> run = RunRun);

}  // namespace agm::cli
