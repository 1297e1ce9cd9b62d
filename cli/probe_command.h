#pragma once

#include <string>
#include <vector>

#include "cli/command.h"

namespace agm::cli {

struct ProbeOptions {
  std::string base_url;  ///< empty: find the gateway
  std::string api_key;   ///< empty: the configured key
  std::string model = "gemini-3-flash";
  std::vector<std::string> only;  ///< names of cases; empty: all
  double timeout = 60;            ///< seconds for each case
};

/// `agm probe`: tries the APIs of a running gateway and checks that clients can use its responses.
Result<void> RunProbe(const Context& context, const ProbeOptions& options);
void AddProbe(Commands at, Run<ProbeOptions> run = RunProbe);

}  // namespace agm::cli
