#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}  // namespace CLI

/// The command tree as plain values. The manual and the completions are generated from it.
///
/// Thread safety: plain values.
namespace agm::cli {

/// The kind of value that an option or argument takes, according to its type_name.
enum class ValueKind { kNone, kText, kFile, kAccount, kModel, kRule, kChoice };

struct TreeOption {
  std::vector<std::string> names;  ///< "-q", "--quiet"; an argument has one name, "NAME"
  std::string value;               ///< the name of its value: "FILE"; empty for a flag
  ValueKind kind = ValueKind::kNone;
  std::vector<std::string> choices;  ///< of kChoice
  std::string description;
  bool required = false;
  bool repeats = false;  ///< an argument that may be repeated
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

/// Reads a command with its subcommands; hidden commands and options are left out.
TreeCommand ReadTree(const CLI::App& command);

/// The command and all its descendants, each before its children.
std::vector<const TreeCommand*> Flatten(const TreeCommand& command);

/// The program's whole tree.
TreeCommand WholeTree();

}  // namespace agm::cli
