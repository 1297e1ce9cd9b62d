#pragma once

#include <string>

#include "cli/command.h"

namespace agm::cli {

struct MockOptions {
  int port = 8046;  ///< 0: any free port
  bool strict = false;
  std::string script;            ///< path of a file; empty: none
  std::string speak = "gemini";  ///< or "openai"
  int pace = 20;                 ///< pause in ms between the words of a stream
};

/// `agm mock`: runs the embedded upstream by itself until SIGINT or SIGTERM. SIGHUP reads the
/// script again.
Result<void> RunMock(const Context& context, const MockOptions& options);
void AddMock(Commands at, Run<MockOptions> run = RunMock);

}  // namespace agm::cli
