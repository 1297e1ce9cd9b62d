#include "cli/command.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <optional>

#include "cli/nearest.h"

namespace agm::cli {

std::string Examples(std::initializer_list<Example> examples) {
  std::string text;
  for (const Example& example : examples) {
    text += fmt::format("{}  # {}\n  {}\n", text.empty() ? "" : "\n", example.what, example.line);
  }
  if (!text.empty()) text.pop_back();
  return text;
}

// ---- Options --------------------------------------------------------------------------------

OptionHandle OptionHandle::Type(const std::string& name) {
  option_->type_name(name);
  return *this;
}

OptionHandle OptionHandle::Required() {
  option_->required();
  return *this;
}

// Checks without a description stay out of CLI11's own type text.
OptionHandle OptionHandle::Range(int lowest, int highest) {
  option_->check(CLI::Range(lowest, highest).description(""));
  return *this;
}

OptionHandle OptionHandle::NotNegative() {
  option_->check(CLI::NonNegativeNumber);
  return *this;
}

OptionHandle OptionHandle::Check(std::function<std::string(const std::string&)> fault) {
  option_->check(CLI::Validator(std::move(fault), "", ""));
  return *this;
}

OptionHandle OptionHandle::Delimiter(char mark) {
  option_->delimiter(mark);
  return *this;
}

OptionHandle OptionHandle::OneValue() {
  option_->allow_extra_args(false);
  return *this;
}

OptionHandle OptionHandle::Excludes(const OptionHandle& other) {
  option_->excludes(other.option_);
  return *this;
}

OptionHandle OneOf(OptionHandle option, std::vector<std::string> words) {
  const std::string type = fmt::format("{}", fmt::join(words, "|"));
  return option.Type(type).Check([words = std::move(words)](const std::string& given) {
    if (std::find(words.begin(), words.end(), given) != words.end()) return std::string();
    std::string near = Nearest(given, words);
    return fmt::format("\"{}\" is not one of {}{}", given, fmt::join(words, ", "),
                       near.empty() ? "" : fmt::format("; did you mean {}?", near));
  });
}

// ---- Commands -------------------------------------------------------------------------------

template <class T>
OptionHandle CommandHandle::Option(const std::string& names, T& value,
                                   const std::string& description) {
  return OptionHandle(*app_->add_option(names, value, description));
}

using Words = std::vector<std::string>;
template OptionHandle CommandHandle::Option(const std::string&, int&, const std::string&);
template OptionHandle CommandHandle::Option(const std::string&, double&, const std::string&);
template OptionHandle CommandHandle::Option(const std::string&, std::string&, const std::string&);
template OptionHandle CommandHandle::Option(const std::string&, std::optional<int>&,
                                            const std::string&);
template OptionHandle CommandHandle::Option(const std::string&, std::optional<std::string>&,
                                            const std::string&);
template OptionHandle CommandHandle::Option(const std::string&, Words&, const std::string&);
template OptionHandle CommandHandle::Option(const std::string&, std::optional<Words>&,
                                            const std::string&);

OptionHandle CommandHandle::Flag(const std::string& names, bool& value,
                                 const std::string& description) {
  return OptionHandle(*app_->add_flag(names, value, description));
}

void CommandHandle::Footer(const std::string& text) { app_->footer(text); }
void CommandHandle::Hide() { app_->group(""); }

CommandHandle Commands::Add(const std::string& name, const std::string& summary, Action action) {
  CLI::App* command = app_->add_subcommand(name, summary);
  command->footer("");  // else CLI11 copies the parent's examples
  command->callback([command, chosen = chosen_, action = std::move(action)] {
    if (!command->get_subcommands().empty()) return;  // one of those was chosen
    *chosen = action;
  });
  return CommandHandle(*command);
}

Commands Commands::Group(const std::string& name, const std::string& summary) {
  CLI::App* group = app_->add_subcommand(name, summary);
  group->footer("");
  group->require_subcommand(0, 1);
  return {*group, *chosen_};
}

Commands Commands::Below(CommandHandle command) const {
  command.app_->require_subcommand(0, 1);
  return {*command.app_, *chosen_};
}

void Commands::Footer(const std::string& text) { app_->footer(text); }

}  // namespace agm::cli
