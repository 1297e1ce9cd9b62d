#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/context.h"

namespace agm::cli {

/// The whole program: takes the arguments without the program's name and returns the exit code.
/// Only this function uses the real descriptors, clock, network and environment.
int Main(std::vector<std::string> arguments);

/// The command tree with the global options. Tests add only the command that they test.
///
///   App app;
///   AddCommands(app.root());
///   int code = app.Run(arguments, context);
///
/// Run parses the arguments and runs the command. It is the only place that turns an Error into an
/// exit code and prints its message: 0 success; 1 the command failed; 2 wrong usage or
/// configuration; 3 gateway or upstream cannot be reached; 130 interrupted at a prompt.
///
/// Thread safety: one thread at a time.
class App {
 public:
  App();
  ~App();
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  Commands root() { return {*cli_, chosen_}; }
  CLI::App& tree() { return *cli_; }

  int Run(const std::vector<std::string>& arguments, Context& context);
  /// Parses only; wrong usage is kInvalidRequest. The Action is empty if the user asked for help or
  /// the version, which was then printed.
  Result<Action> Parse(const std::vector<std::string>& arguments, Context& context);

 private:
  Error Unknown(const std::vector<std::string>& arguments) const;

  std::unique_ptr<CLI::App> cli_;
  Action chosen_;
  Globals globals_;
};

/// The exit code for an error; 130 (as in shells) if its reason is kInterrupted.
int ExitCode(const Error& error);

}  // namespace agm::cli
