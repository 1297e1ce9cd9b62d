#pragma once

#include <optional>
#include <string>

#include "cli/command.h"

namespace agm::cli {

struct ServeOptions {
  std::optional<std::string> host;
  std::optional<int> port;
  bool lan = false;
  bool mock = false;
  std::optional<std::string> auth_mode;
  std::optional<std::string> api_key;
  std::optional<std::string> log_format;  ///< beats the configuration
  std::optional<std::string> log_level;
};

/// Runs the gateway until SIGINT or SIGTERM; prints nothing on stdout. SIGHUP and a changed file
/// reload the configuration, completely or not at all.
Result<void> RunServe(const Context& context, const ServeOptions& options);

void AddServe(Commands at, Run<ServeOptions> run = RunServe);

}  // namespace agm::cli
