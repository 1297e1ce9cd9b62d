#include "cli/unknown_command.h"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <string_view>
#include <vector>

#include "cli/clients/recipes.h"
#include "cli/help.h"
#include "cli/nearest.h"
#include "core/base/secret.h"

namespace agm::cli {
namespace {

/// The words that people type first because other programs use them.
struct Guess {
  std::string_view word;
  std::string_view command;
};
constexpr auto kGuesses = std::to_array<Guess>({
    {"start", "serve"},
    {"run", "serve"},
    {"up", "serve"},
    {"server", "serve"},
    {"daemon", "serve"},
    {"login", "accounts add"},
    {"auth", "accounts add"},
    {"signin", "accounts add"},
    {"add", "accounts add"},
    {"key", "accounts add"},
    {"status", "accounts list"},
    {"list", "accounts list"},
    {"ls", "accounts list"},
    {"ps", "accounts list"},
    {"logout", "accounts remove"},
    {"rm", "accounts remove"},
    {"delete", "accounts remove"},
    {"import", "accounts import"},
    {"chat", "probe"},
    {"test", "probe"},
    {"ping", "probe"},
    {"doctor", "probe"},
    {"validate", "config check"},
    {"settings", "config show"},
    {"setup", "config init"},
    {"alias", "map set"},
    {"completions", "completion"},
    {"man", "help"},
});

const CLI::App& RootOf(const CLI::App& command) {
  return command.get_parent() == nullptr ? command : RootOf(*command.get_parent());
}

/// "agm map resolve" for "resolve": a command of that name in one of the groups.
std::string InAGroup(const std::string& word, const CLI::App& root) {
  for (const CLI::App* group : ShownCommands(root)) {
    for (const CLI::App* command : ShownCommands(*group)) {
      if (command->get_name() == word) return CommandPath(*command);
    }
  }
  return {};
}

std::string Meant(const std::string& word, const CLI::App& parent) {
  std::vector<std::string> names;
  for (const CLI::App* child : ShownCommands(parent)) names.push_back(child->get_name());
  const CLI::App& root = RootOf(parent);
  const auto guess = std::ranges::find(kGuesses, word, &Guess::word);
  if (&parent == &root && guess != kGuesses.end()) {
    return fmt::format("{} {}", CommandPath(root), guess->command);
  }
  if (CommandPath(parent) == CommandPath(root) + " clients" && FindRecipe(word)) {
    return fmt::format("{} set {}", CommandPath(parent), word);
  }
  const std::string near = Nearest(word, names);
  if (!near.empty()) return CommandPath(parent) + " " + near;
  return InAGroup(word, root);
}

}  // namespace

std::string Quotable(const std::string& word) {
  constexpr std::size_t kLongest = 24;
  return BeginsLikeKey(word) || word.size() > kLongest ? "\"...\"" : "\"" + word + "\"";
}

Error UnknownCommand(const std::string& word, const CLI::App& parent) {
  const std::string path = CommandPath(parent);
  const std::string meant = Meant(word, parent);
  Error error = Fail(ErrorCode::kInvalidRequest, "unknown command {} for \"{}\"{}", Quotable(word),
                     path, meant.empty() ? "" : fmt::format("; did you mean \"{}\"?", meant));
  error.param = path;
  return error;
}

}  // namespace agm::cli
