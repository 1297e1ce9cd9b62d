#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/context.h"

namespace agm::cli {

/// The whole program: arguments without the program's name, exit code. The only function that
/// knows the real world (descriptors, clock, network, environment).
int Main(std::vector<std::string> arguments);

/// The command tree with the global options. Tests add only the command that they test.
///
///   App app;
///   AddCommands(app.root());
///   int code = app.Run(arguments, context);
///
/// Run parses, does what is asked, and is the one place where an Error becomes an exit code and
/// its message is printed: 0 good; 1 the thing asked for failed; 2 wrong usage or configuration;
/// 3 gateway or upstream cannot be reached.
///
/// Thread safety: one thread at a time.
class App {
 public:
  App();
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  Commands root() { return {cli_, chosen_}; }
  CLI::App& tree() { return cli_; }

  int Run(const std::vector<std::string>& arguments, Context& context);
  /// Parses only; wrong usage is kInvalidRequest. The Action is empty where help or the version
  /// was asked for and printed.
  Result<Action> Parse(const std::vector<std::string>& arguments, Context& context);

 private:
  Error Unknown(const std::vector<std::string>& arguments) const;

  CLI::App cli_;
  Action chosen_;
  Globals globals_;
};

/// The exit code that stands for a failure.
int ExitCode(ErrorCode code);

}  // namespace agm::cli
