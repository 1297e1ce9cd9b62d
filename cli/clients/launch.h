#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cli/clients/recipes.h"

namespace agm::cli {

/// A client's program, ready to be started so that it talks to the gateway.
struct Launch {
  std::filesystem::path program;
  std::vector<std::string> arguments;    ///< without the program's name
  std::vector<std::string> environment;  ///< NAME=VALUE
};

/// Fills the recipe's arguments and environment, and writes its own file, if it has one, into
/// `clients` of the state folder. kNotFound if the client is not installed.
Result<Launch> Prepare(const Context& context, const Recipe& recipe, const Connection& connection,
                       const std::vector<std::string>& arguments);

/// Replaces this program by the client. Returns only if that fails.
Error Become(const Launch& launch);

struct Finished {
  int status = -1;  ///< the exit code; -1 if a signal or the timeout ended it
  std::string output;
};

/// Starts the client without input, waits at most `timeout`, and returns what it wrote.
Result<Finished> RunToEnd(const Launch& launch, Duration timeout);

}  // namespace agm::cli
