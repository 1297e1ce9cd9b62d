#pragma once

#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cli/context.h"
#include "core/base/result.h"

namespace CLI {  // a command's file includes no header of CLI11, which takes seconds to compile
class App;
class Option;
}  // namespace CLI

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
/// * An option's Type names its value, and completions use it: FILE (a file), ACCOUNT, MODEL
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

/// An option or argument of a command, so that its value can be described. Cheap to copy; valid as
/// long as the tree. Each function returns the same handle.
///
/// Thread safety: one thread at a time.
class OptionHandle {
 public:
  explicit OptionHandle(CLI::Option& option) : option_(&option) {}

  /// Names the value in help, man page and completions: "FILE".
  OptionHandle Type(const std::string& name);
  OptionHandle Required();
  /// Accepts integers from `lowest` to `highest`.
  OptionHandle Range(int lowest, int highest);
  OptionHandle NotNegative();
  /// Accepts the values for which `fault` returns an empty text, else the text is the error.
  OptionHandle Check(std::function<std::string(const std::string&)> fault);
  /// Splits each value at `mark` into several.
  OptionHandle Delimiter(char mark);
  /// Takes one word each time it is given, also if its variable is a vector.
  OptionHandle OneValue();
  /// Makes it an error to give both.
  OptionHandle Excludes(const OptionHandle& other);

  bool operator==(const OptionHandle&) const = default;

 private:
  CLI::Option* option_;
};

/// A command of the tree, to which its options are added. Cheap to copy; valid as long as the tree.
///
///   CommandHandle command = at.Command("check", "Try the accounts", options, std::move(run));
///   command.Option("NAME", options->name, "The account").Type("ACCOUNT");
///   command.Flag("-y,--yes", options->yes, "Do not ask");
///
/// Thread safety: one thread at a time.
class CommandHandle {
 public:
  explicit CommandHandle(CLI::App& app) : app_(&app) {}

  /// Adds an option ("-n,--lines") or an argument ("NAME"), whose value is parsed into `value`: a
  /// number, a text, several texts, or one of these if it was given (optional). command.cc lists
  /// the types.
  template <class T>
  OptionHandle Option(const std::string& names, T& value, const std::string& description);
  OptionHandle Flag(const std::string& names, bool& value, const std::string& description);
  /// Sets the text below the options in its help.
  void Footer(const std::string& text);
  /// Leaves it out of help, man page and completions.
  void Hide();

 private:
  friend class Commands;
  CLI::App* app_;
};

/// A node of the command tree, to which commands are added. Cheap to copy.
///
/// Thread safety: one thread at a time.
class Commands {
 public:
  Commands(CLI::App& app, Action& chosen) : app_(&app), chosen_(&chosen) {}

  /// Adds a command that runs something. The caller adds its options, which live as long as the
  /// tree.
  template <class Options>
  CommandHandle Command(const std::string& name, const std::string& summary,
                        std::shared_ptr<Options> options, Run<Options> run) {
    return Add(name, summary,
               [options = std::move(options), run = std::move(run)](const Context& context) {
                 return run(context, *options);
               });
  }

  /// Adds a command that only groups others.
  Commands Group(const std::string& name, const std::string& summary);

  /// For subcommands of a command that also runs by itself.
  Commands Below(CommandHandle command) const;

  /// Sets the text below the commands in the group's help.
  void Footer(const std::string& text);

 private:
  CommandHandle Add(const std::string& name, const std::string& summary, Action action);

  CLI::App* app_;
  Action* chosen_;
};

/// An example below the options in a command's help.
///
///   command.Footer(Examples({{"See what the accounts offer", "agm models --upstream"}}));
struct Example {
  std::string what;
  std::string line;
};
std::string Examples(std::initializer_list<Example> examples);

/// Restricts an option to these words; the error for another word names the nearest.
OptionHandle OneOf(OptionHandle option, std::vector<std::string> words);

}  // namespace agm::cli
