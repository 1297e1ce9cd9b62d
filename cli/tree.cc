#include "cli/tree.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <CLI/CLI.hpp>

#include "cli/app.h"
#include "cli/commands.h"
#include "cli/help.h"
#include "cli/probe_cases.h"

namespace agm::cli {
namespace {

std::vector<std::string> Split(const std::string& text, char at) {
  std::vector<std::string> parts(1);
  for (char c : text) {
    if (c == at)
      parts.emplace_back();
    else
      parts.back() += c;
  }
  return parts;
}

constexpr std::string_view kCases = "CASE,...";  ///< what `agm probe` can try

ValueKind KindOf(const std::string& value) {
  if (value.empty()) return ValueKind::kNone;
  if (value == "FILE") return ValueKind::kFile;
  if (value == "ACCOUNT") return ValueKind::kAccount;
  if (value == "MODEL" || value == "GLOB,...") return ValueKind::kModel;
  if (value == "RULE") return ValueKind::kRule;
  const bool choice = value == kCases || value.find('|') != std::string::npos;
  return choice ? ValueKind::kChoice : ValueKind::kText;
}

std::vector<std::string> ChoicesOf(const std::string& value) {
  if (value != kCases) return Split(value, '|');
  std::vector<std::string> names;
  for (const ProbeCase& probe : ProbeCases()) names.emplace_back(probe.name);
  return names;
}

TreeOption ReadOption(const CLI::Option& option) {
  TreeOption read;
  if (option.get_positional()) {
    read.names = {option.get_name(true)};
  } else {
    for (const std::string& name : option.get_snames()) read.names.push_back("-" + name);
    for (const std::string& name : option.get_lnames()) read.names.push_back("--" + name);
  }
  read.value = ValueName(option);
  read.kind = KindOf(read.value);
  if (read.kind == ValueKind::kChoice) read.choices = ChoicesOf(read.value);
  read.description = option.get_description();
  read.required = option.get_required();
  read.repeats = option.get_items_expected_max() > 1;
  return read;
}

}  // namespace

std::string TreeCommand::Name() const { return fmt::format("{}", fmt::join(path, " ")); }

TreeCommand ReadTree(const CLI::App& command) {
  TreeCommand read;
  read.path = Split(CommandPath(command), ' ');
  read.description = command.get_description();
  read.examples = command.get_footer();
  for (const auto* option : ShownOptions(command, false))
    read.options.push_back(ReadOption(*option));
  for (const auto* option : ShownOptions(command, true)) {
    read.arguments.push_back(ReadOption(*option));
  }
  for (const auto* child : ShownCommands(command)) read.commands.push_back(ReadTree(*child));
  return read;
}

std::vector<const TreeCommand*> Flatten(const TreeCommand& command) {
  std::vector<const TreeCommand*> all = {&command};
  for (const TreeCommand& child : command.commands) {
    for (const TreeCommand* below : Flatten(child)) all.push_back(below);
  }
  return all;
}

TreeCommand WholeTree() {
  App app;
  AddCommands(app.root());
  return ReadTree(app.tree());
}

}  // namespace agm::cli
