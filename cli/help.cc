#include "cli/help.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <CLI/CLI.hpp>

#include <algorithm>

#include "cli/table.h"

namespace agm::cli {
namespace {

struct Row {
  std::string left;
  std::string right;
};

std::string Rows(const std::vector<Row>& rows, int columns) {
  constexpr std::size_t kMostLeft = 30;
  std::size_t left = 0;
  for (const Row& row : rows) left = std::max(left, std::min(row.left.size(), kMostLeft));
  const std::size_t indent = left + 4;
  const auto width = static_cast<std::size_t>(std::clamp(columns, 60, 100)) - indent;
  std::string text;
  for (const Row& row : rows) {
    text += "  " + row.left;
    if (row.left.size() > left)
      text += "\n" + std::string(indent, ' ');
    else
      text.append(indent - 2 - row.left.size(), ' ');
    text += Wrap(row.right, indent, width) + "\n";
  }
  return text;
}

std::vector<Row> OptionRows(const CLI::App& command, bool positional) {
  std::vector<Row> rows;
  for (const CLI::Option* option : ShownOptions(command, positional)) {
    rows.push_back({OptionSpelling(*option), option->get_description()});
  }
  return rows;
}

std::string Title(std::string_view title, const Io& io) {
  return "\n" + io.Paint(title, Colour::kBold) + "\n";
}

std::string PositionalSpelling(const CLI::Option& option) {
  std::string name = option.get_name(true);
  if (option.get_items_expected_max() > 1) name += "...";
  return option.get_required() ? name : "[" + name + "]";
}

}  // namespace

std::string CommandPath(const CLI::App& command) {
  if (command.get_parent() == nullptr) return command.get_name();
  return CommandPath(*command.get_parent()) + " " + command.get_name();
}

const CLI::App& Named(const CLI::App& root) {
  auto named = root.get_subcommands();
  return named.empty() ? root : Named(*named.back());
}

std::vector<const CLI::App*> ShownCommands(const CLI::App& command) {
  return command.get_subcommands([](const CLI::App* child) {
    return !child->get_name().empty() && !child->get_group().empty();
  });
}

std::vector<const CLI::Option*> ShownOptions(const CLI::App& command, bool positional) {
  auto options = command.get_options([&](const CLI::Option* option) {
    return option->get_positional() == positional && !option->get_group().empty();
  });
  auto help = [&](const CLI::Option* option) { return option != command.get_help_ptr(); };
  std::stable_partition(options.begin(), options.end(), help);
  return options;
}

std::string ValueName(const CLI::Option& option) {
  if (option.get_items_expected_max() == 0) return {};
  const std::string name = option.get_type_name();
  return name.substr(0, name.find(':'));
}

std::string OptionSpelling(const CLI::Option& option) {
  if (option.get_positional()) return option.get_name(true);
  std::vector<std::string> names;
  for (const std::string& name : option.get_snames()) names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) names.push_back("--" + name);
  std::string text = fmt::format("{}", fmt::join(names, ", "));
  const std::string value = ValueName(option);
  return value.empty() ? text : text + " " + value;
}

std::string Synopsis(const CLI::App& command) {
  std::string text = CommandPath(command);
  if (!ShownCommands(command).empty()) {
    const bool runs = command.get_parent() != nullptr && ShownOptions(command, false).size() > 1;
    return text + (runs ? " [COMMAND ...] [OPTIONS]" : " COMMAND ...");
  }
  for (const CLI::Option* option : ShownOptions(command, true)) {
    text += " " + PositionalSpelling(*option);
  }
  return text + " [OPTIONS]";
}

std::string HelpText(const CLI::App& command, const Io& io) {
  const bool is_root = command.get_parent() == nullptr;
  std::string text = command.get_description() + "\n" + Title("Usage", io);
  text += "  " + Synopsis(command) + "\n";
  std::vector<Row> commands;
  for (const CLI::App* child : ShownCommands(command)) {
    commands.push_back({child->get_name(), child->get_description()});
  }
  if (!commands.empty()) text += Title("Commands", io) + Rows(commands, io.width);
  if (auto rows = OptionRows(command, true); !rows.empty()) {
    text += Title("Arguments", io) + Rows(rows, io.width);
  }
  if (auto rows = OptionRows(command, false); !rows.empty()) {
    text += Title(is_root ? "Global options" : "Options", io) + Rows(rows, io.width);
  }
  if (!command.get_footer().empty()) text += Title("Examples", io) + command.get_footer() + "\n";
  if (is_root) {
    text +=
        "\nGlobal options may come before or after the command. `agm help COMMAND` tells\n"
        "more.\n";
  }
  return text;
}

}  // namespace agm::cli
