#pragma once

#include <string>

#include "cli/command.h"

namespace agm::cli {

struct MockOptions {
  int port = 8046;  ///< 0 takes a free one
  bool strict = false;
  std::string script;  ///< a file; empty: none
  int pace = 20;       ///< milliseconds between the words of a stream
};

/// `agm mock`: the embedded upstream on its own, until SIGINT or SIGTERM. SIGHUP reads the script
/// again.
Result<void> RunMock(const Context& context, const MockOptions& options);
void AddMock(Commands at, Run<MockOptions> run = RunMock);

}  // namespace agm::cli
