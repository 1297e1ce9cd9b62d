#pragma once

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

#include "cli/io.h"

namespace agm::cli {

/// The words that lead to a command: "agm accounts add".
std::string CommandPath(const CLI::App& command);

/// The deepest command that was named in the last parse.
const CLI::App& Named(const CLI::App& root);

/// How a command is called: "agm accounts add [NAME] [OPTIONS]".
std::string Synopsis(const CLI::App& command);

/// What an option's value is called: "FILE"; empty for a flag. CLI11 adds its checks to the name.
std::string ValueName(const CLI::Option& option);

/// How one option is written: "-q, --quiet", "--port N".
std::string OptionSpelling(const CLI::Option& option);

/// The options and positionals that people see, in the order they were added. Help flags are last.
std::vector<const CLI::Option*> ShownOptions(const CLI::App& command, bool positional);
std::vector<const CLI::App*> ShownCommands(const CLI::App& command);

/// A command's whole help text, wrapped to the terminal.
std::string HelpText(const CLI::App& command, const Io& io);

}  // namespace agm::cli
