#include "cli/help_command.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "cli/app.h"
#include "cli/commands.h"
#include "cli/help.h"
#include "cli/unknown_command.h"
#include "core/base/version.h"

namespace agm::cli {

void AddHelp(Commands at, Run<HelpOptions> run) {
  auto options = std::make_shared<HelpOptions>();
  CommandHandle command =
      at.Command("help", "Show help, of a command too", options, std::move(run));
  command.Option("COMMAND", options->command, "The command; without any, the whole program")
      .Type("COMMAND");
  command.Footer(Examples(
      {{"See all commands", "agm help"}, {"See how accounts are added", "agm help accounts add"}}));
}

void AddVersion(Commands at, Run<VersionOptions> run) {
  at.Command("version", "Show version, commit and libraries", std::make_shared<VersionOptions>(),
             std::move(run))
      .Footer(Examples({{"Show what is installed", "agm version"}}));
}

Result<void> RunHelp(const Context& context, const HelpOptions& options) {
  App app;
  AddCommands(app.root());
  const CLI::App* at = &app.tree();
  for (const std::string& word : options.command) {
    const auto children = ShownCommands(*at);
    const auto found = std::ranges::find(children, word, &CLI::App::get_name);
    if (found == children.end()) return UnknownCommand(word, *at);
    at = *found;
  }
  const std::string text = HelpText(*at, context.io());
  if (context.json()) {
    context.io().PrintJson({{"command", CommandPath(*at)}, {"help", text}});
  } else {
    context.io().Out(text);
  }
  return {};
}

Result<void> RunVersion(const Context& context, const VersionOptions&) {
  Io& io = context.io();
  if (context.json()) {
    Json libraries = Json::object();
    for (const Library& library : Libraries())
      libraries[std::string(library.name)] = library.version;
    io.PrintJson({{"version", Version()}, {"commit", Commit()}, {"libraries", libraries}});
    return {};
  }
  io.Print("agm {} ({})\n", Version(), Commit());
  for (const Library& library : Libraries()) io.Print("  {} {}\n", library.name, library.version);
  return {};
}

}  // namespace agm::cli
