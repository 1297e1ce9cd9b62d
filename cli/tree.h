#pragma once

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

/// The command tree as plain values: what the manual and the completions are written from.
///
/// Thread safety: plain values.
namespace agm::cli {

/// What completes an option's or argument's value; its type_name says so.
enum class ValueKind { kNone, kText, kFile, kAccount, kModel, kRule, kChoice };

struct TreeOption {
  std::vector<std::string> names;  ///< "-q", "--quiet"; of an argument its one name, "NAME"
  std::string value;               ///< what it takes: "FILE"; empty for a flag
  ValueKind kind = ValueKind::kNone;
  std::vector<std::string> choices;  ///< of kChoice
  std::string description;
  bool required = false;
  bool repeats = false;  ///< an argument that may come several times
};

struct TreeCommand {
  std::vector<std::string> path;  ///< "agm", "accounts", "add"
  std::string description;
  std::string examples;  ///< as help shows them
  std::vector<TreeOption> options;
  std::vector<TreeOption> arguments;
  std::vector<TreeCommand> commands;

  std::string Name() const;  ///< "agm accounts add"
  bool root() const { return path.size() == 1; }
};

/// Hidden commands and options are left out.
TreeCommand ReadTree(const CLI::App& command);

/// The command and all below it, each before its children.
std::vector<const TreeCommand*> Flatten(const TreeCommand& command);

/// The program's whole tree.
TreeCommand WholeTree();

}  // namespace agm::cli
