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

/// How to write a command. Each command has the same four parts; models_command.{h,cc} is the
/// smallest complete one, accounts_command the one with subcommands.
///
///   1. struct XOptions             the values of its flags, as plain values with defaults
///   2. void AddX(Commands at, Run<XOptions> run = RunX)
///                                  adds flags, help and examples; does nothing else
///   3. Result<void> RunX(const Context& context, const XOptions& options)
///                                  does the work; all input and output goes through context.io()
///   4. tests/cli/x_command_test.cc parsing without running (pass a `run` that keeps the options),
///                                  running without parsing (call RunX with options)
///
/// and one line in commands.cc. Help, man page and completions are generated from the tree, so:
///
/// * Descriptions begin with a verb, are one line, and have no full stop.
/// * An option's type_name names its value, and completions use it: FILE (a file), ACCOUNT, MODEL
///   and RULE (names from the gateway), "text|json" (a choice, made by OneOf), others (free text).
/// * If an option is repeated, the last value counts (a vector takes all values).
/// * The global options are in context.globals; users may write them before or after the command.
///
/// RunX returns an Error for every failure. Only app.cc turns it into an exit code (kInvalidRequest
/// and kConfig 2, kUpstreamUnavailable and kTimeout 3, others 1) and prints its message, which says
/// what was expected, what was found, and what to do next. kInvalidRequest means that the command
/// line is wrong; the message is then followed by a hint to the command's --help.
///
/// With context.json(), print exactly one document with io.PrintJson, even for an empty result (an
/// empty list). A command that finds failures (a probe case, a check) prints its results first and
/// then returns an Error.
namespace agm::cli {

template <class Options>
using Run = std::function<Result<void>(const Context&, const Options&)>;

/// The parsed command, ready to run.
using Action = std::function<Result<void>(const Context&)>;

/// A node of the command tree, to which commands are added. Cheap to copy.
///
/// Thread safety: one thread at a time.
class Commands {
 public:
  Commands(CLI::App& app, Action& chosen) : app_(&app), chosen_(&chosen) {}

  /// Adds a command that runs something. The caller adds its options, which live as long as the
  /// tree.
  template <class Options>
  CLI::App& Command(const std::string& name, const std::string& summary,
                    std::shared_ptr<Options> options, Run<Options> run) {
    CLI::App* command = app_->add_subcommand(name, summary);
    command->footer("");  // else CLI11 copies the parent's examples
    command->callback(
        [command, chosen = chosen_, options = std::move(options), run = std::move(run)] {
          if (!command->get_subcommands().empty()) return;  // one of those was chosen
          *chosen = [options, run](const Context& context) { return run(context, *options); };
        });
    return *command;
  }

  /// Adds a command that only groups others.
  Commands Group(const std::string& name, const std::string& summary) {
    CLI::App* group = app_->add_subcommand(name, summary);
    group->footer("");
    group->require_subcommand(0, 1);
    return {*group, *chosen_};
  }

  /// For subcommands of a command that also runs by itself.
  Commands Below(CLI::App& command) const {
    command.require_subcommand(0, 1);
    return {command, *chosen_};
  }

  CLI::App& app() const { return *app_; }

 private:
  CLI::App* app_;
  Action* chosen_;
};

/// An example below the options in a command's help.
///
///   command.footer(Examples({{"See what the accounts offer", "agm models --upstream"}}));
struct Example {
  std::string what;
  std::string line;
};
std::string Examples(std::initializer_list<Example> examples);

/// Restricts an option to these words; the error for another word names the nearest.
CLI::Option* OneOf(CLI::Option* option, std::vector<std::string> words);

}  // namespace agm::cli
