#pragma once

#include <string>
#include <vector>

#include "cli/io.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace agm::cli {

/// The full name of a command: "agm accounts add".
std::string CommandPath(const CLI::App& command);

/// The deepest command named in the last parse.
const CLI::App& Named(const CLI::App& root);

/// The usage line of a command: "agm accounts add [NAME] [OPTIONS]".
std::string Synopsis(const CLI::App& command);

/// The name of an option's value: "FILE"; empty for a flag. CLI11 appends its checks to that name.
std::string ValueName(const CLI::Option& option);

/// The spelling of an option: "-q, --quiet", "--port N".
std::string OptionSpelling(const CLI::Option& option);

/// The visible options or positionals in the order they were added. Help flags are last.
std::vector<const CLI::Option*> ShownOptions(const CLI::App& command, bool positional);
std::vector<const CLI::App*> ShownCommands(const CLI::App& command);

/// A command's help text, wrapped to the terminal's width.
std::string HelpText(const CLI::App& command, const Io& io);

}  // namespace agm::cli
