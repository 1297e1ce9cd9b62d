#include "cli/command.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

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

CLI::Option* OneOf(CLI::Option* option, std::vector<std::string> words) {
  auto check = [words](const std::string& given) -> std::string {
    if (std::find(words.begin(), words.end(), given) != words.end()) return {};
    std::string near = Nearest(given, words);
    return fmt::format("\"{}\" is not one of {}{}", given, fmt::join(words, ", "),
                       near.empty() ? "" : fmt::format("; did you mean {}?", near));
  };
  option->type_name(fmt::format("{}", fmt::join(words, "|")));
  // An empty description keeps the choice out of CLI11's own type text.
  option->check(CLI::Validator(check, "", "choice"));
  return option;
}

}  // namespace agm::cli
