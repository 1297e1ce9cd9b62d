#pragma once

#include <string>
#include <vector>

#include "cli/command.h"

namespace agm::cli {

struct ProbeOptions {
  std::string base_url;  ///< empty: the gateway is found
  std::string api_key;   ///< empty: the configured one
  std::string model = "gemini-3-flash";
  std::vector<std::string> only;  ///< names of cases; empty: all
  double timeout = 60;            ///< seconds for each case
};

/// `agm probe`: exercises a running gateway and checks that its answers are what clients need.
Result<void> RunProbe(const Context& context, const ProbeOptions& options);
void AddProbe(Commands at, Run<ProbeOptions> run = RunProbe);

}  // namespace agm::cli
