#pragma once

#include <CLI/CLI.hpp>

#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cli/context.h"
#include "core/base/result.h"

/// How a command is written. Each has four parts, always the same four; models_command.{h,cc} is
/// the smallest complete one, accounts_command the one with subcommands.
///
///   1. struct XOptions             what its flags say, as plain values with defaults
///   2. void AddX(Commands at, Run<XOptions> run = RunX)
///                                  flags, help and examples; does nothing else
///   3. Result<void> RunX(const Context& context, const XOptions& options)
///                                  the work; reads and writes through context.io() alone
///   4. tests/cli/x_command_test.cc parsing without running (pass a `run` that keeps the options),
///                                  running without parsing (call RunX with options)
///
/// and one line in commands.cc. Help, man page and completions come from the tree, so:
///
/// * Descriptions begin with a verb, are one line, and have no full stop.
/// * An option's type_name says what it takes, and completions read it: FILE (a file), ACCOUNT,
///   MODEL and RULE (live names), "text|json" (a choice, made with OneOf), anything else (free
///   text).
/// * Repeated options: the last one counts (a vector takes all of them).
/// * The global options are context.globals; they may stand before or after the command.
///
/// RunX returns an Error for everything that fails. app.cc alone turns it into an exit code
/// (kInvalidRequest and kConfig 2, kUpstreamUnavailable and kTimeout 3, others 1) and prints its
/// message: say what, expected, found, and end with what to do next. kInvalidRequest means that the
/// command line is wrong; the reader is then sent to the command's --help.
///
/// With context.json(), print exactly one document with io.PrintJson, also where there is nothing
/// (an empty list). A command that found failures (a probe case, a check) prints its results first
/// and then returns an Error.
namespace agm::cli {

template <class Options>
using Run = std::function<Result<void>(const Context&, const Options&)>;

/// What the command line asks for, ready to run.
using Action = std::function<Result<void>(const Context&)>;

/// A place in the command tree where commands are added. Cheap to copy.
///
/// Thread safety: one thread at a time.
class Commands {
 public:
  Commands(CLI::App& app, Action& chosen) : app_(&app), chosen_(&chosen) {}

  /// A command that does something. The caller adds its options, which live as long as the tree.
  template <class Options>
  CLI::App& Command(const std::string& name, const std::string& summary,
                    std::shared_ptr<Options> options, Run<Options> run) {
    CLI::App* command = app_->add_subcommand(name, summary);
    command->callback([chosen = chosen_, options = std::move(options), run = std::move(run)] {
      *chosen = [options, run](const Context& context) { return run(context, *options); };
    });
    return *command;
  }

  /// A command that only holds others.
  Commands Group(const std::string& name, const std::string& summary) {
    CLI::App* group = app_->add_subcommand(name, summary);
    group->require_subcommand(0, 1);
    return {*group, *chosen_};
  }

  CLI::App& app() const { return *app_; }

 private:
  CLI::App* app_;
  Action* chosen_;
};

/// What a command's help shows below its options.
///
///   command.footer(Examples({{"See what the accounts offer", "agm models --upstream"}}));
struct Example {
  std::string what;
  std::string line;
};
std::string Examples(std::initializer_list<Example> examples);

/// Lets an option take only these words; another one is refused with the nearest.
CLI::Option* OneOf(CLI::Option* option, std::vector<std::string> words);

}  // namespace agm::cli
