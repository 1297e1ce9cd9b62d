#include "cli/clients_command.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <map>
#include <optional>

#include "cli/clients/connection.h"
#include "cli/clients/launch.h"
#include "cli/clients/seen.h"
#include "cli/clients/setup.h"
#include "cli/table.h"

namespace agm::cli {
namespace {

/// A shell's way to write a text.
std::string ShellQuoted(const std::string& text) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:@%+=-,";
  if (text.find_first_not_of(kPlain) == std::string::npos) return text;
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

/// The text that `show` prints in place of a real key.
Connection Shown(Connection connection) {
  if (connection.secret) connection.key = "YOUR_CLIENT_KEY";
  return connection;
}

/// The settings files as `set` would write them where there are none yet.
Result<std::string> SettingsText(const Recipe& recipe, const Connection& connection) {
  std::string text;
  for (const SettingsFile& file : recipe.settings) {
    std::string content;
    for (const SettingsKey& key : file.keys) {
      KeyPath path;
      for (std::string_view rest = key.path;;) {
        const std::size_t end = std::min(rest.find('/'), rest.size());
        path.emplace_back(rest.substr(0, end));
        if (end == rest.size()) break;
        rest.remove_prefix(end + 1);
      }
      auto set = SetKey(file.format, content, path,
                        WriteRaw(file.format, FilledJson(key.value, connection)));
      if (!set) return set;
      content = *std::move(set);
    }
    text += fmt::format("{}{}:\n\n{}", text.empty() ? "" : "\n", file.places.back(), content);
  }
  return text;
}

std::string CommandLine(const Recipe& recipe, const Connection& connection) {
  std::string line;
  for (const Variable& variable : recipe.environment) {
    line += fmt::format("{}={} ", variable.name, ShellQuoted(Filled(variable.value, connection)));
  }
  line += recipe.programs.front();
  for (const std::string_view argument : recipe.arguments) {
    line += " " + ShellQuoted(Filled(argument, connection));
  }
  return line;
}

Json Row(const Context& context, const Recipe& recipe, const std::string& base) {
  const auto program = FindProgram(context, recipe);
  Json installed;
  if (program) installed = program->string();
  Json points;
  if (!recipe.settings.empty()) points = PointsHere(context, recipe, base);
  return {{"client", recipe.name}, {"title", recipe.title}, {"installed", installed},
          {"points_here", points}, {"run", recipe.runs()},  {"set", !recipe.settings.empty()},
          {"note", recipe.note}};
}

/// When a client last sent a request, in local time; nullopt if it never did.
std::optional<std::string> Seen(const std::map<std::string_view, WallTime>& seen,
                                std::string_view client, const char* format) {
  const auto found = seen.find(client);
  if (found == seen.end()) return std::nullopt;
  const std::time_t seconds = std::chrono::system_clock::to_time_t(found->second);
  return fmt::format(fmt::runtime(format), fmt::localtime(seconds));
}

std::string HowTo(const Recipe& recipe, bool installed) {
  if (recipe.runs() && installed) return fmt::format("agm run {}", recipe.name);
  return fmt::format("agm clients show {}", recipe.name);
}

}  // namespace

void AddClients(Commands at, Run<ClientsOptions> run) {
  auto options = std::make_shared<ClientsOptions>();
  CommandHandle command =
      at.Command("clients", "Point clients at the gateway", options, std::move(run));
  command.Footer(
      Examples({{"See which clients are installed and point here", "agm clients"},
                {"Change Codex's settings; shows the difference and asks", "agm clients set codex"},
                {"Take that out again", "agm clients unset codex"}}));
  const Commands below = at.Below(command);
  AddClientsShow(below);
  AddClientsSet(below);
  AddClientsUnset(below);
  AddClientsCheck(below);
}

Result<void> RunClients(const Context& context, const ClientsOptions&) {
  const auto connection = FindConnection(context, {});
  if (!connection) return connection.error();
  const auto seen = LastSeen(context);
  Table table({"CLIENT", "INSTALLED", "POINTS HERE", "SEEN", "NEXT"});
  Json rows = Json::array();
  for (const Recipe& recipe : Recipes()) {
    Json row = Row(context, recipe, connection->base);
    const bool installed = row["installed"].is_string();
    const bool points = row["points_here"] == true;
    table.Add({std::string(recipe.name),
               recipe.runs() ? installed ? Cell("yes", Colour::kGreen) : Cell("no") : Cell("?"),
               row["points_here"].is_null() ? Cell("?")
               : points                     ? Cell("yes", Colour::kGreen)
                                            : Cell("no"),
               Seen(seen, recipe.name, "{:%Y-%m-%d %H:%M}").value_or("-"),
               HowTo(recipe, installed)});
    const auto at = Seen(seen, recipe.name, "{:%Y-%m-%dT%H:%M:%S%z}");
    row["seen"] = at ? Json(*at) : Json();
    rows.push_back(std::move(row));
  }
  if (context.json()) {
    context.io().PrintJson({{"base_url", connection->base}, {"clients", rows}});
  } else {
    table.Print(context.io());
    context.io().Say("Any other client takes the base URL {}/v1.", connection->base);
  }
  return {};
}

void AddClientsShow(Commands at, Run<ClientsShowOptions> run) {
  auto options = std::make_shared<ClientsShowOptions>();
  CommandHandle command =
      at.Command("show", "Print what to set, ready to paste", options, std::move(run));
  command.Option("CLIENT", options->client, "The client").Required().Type("CLIENT");
  command.Option("--model", options->model, "The model that it asks for").Type("MODEL");
  command.Flag("--lan", options->lan, "With the address for other machines");
  command.Footer(Examples({{"What to set for Zed", "agm clients show zed"}}));
}

Result<void> RunClientsShow(const Context& context, const ClientsShowOptions& options) {
  const auto recipe = FindRecipe(options.client);
  if (!recipe) return recipe.error();
  auto found = FindConnection(context, {options.model, {}, options.lan});
  if (!found) return std::move(found).error();
  const Connection connection = Shown(*std::move(found));
  const auto settings = SettingsText(**recipe, connection);
  if (!settings) return settings.error();
  const std::string line =
      (*recipe)->runs() && (*recipe)->file.name.empty() ? CommandLine(**recipe, connection) : "";
  const std::string steps = Filled((*recipe)->steps, connection);
  if (context.json()) {
    context.io().PrintJson({{"client", (*recipe)->name},
                            {"base_url", connection.base},
                            {"command", line},
                            {"settings", *settings},
                            {"steps", steps},
                            {"note", (*recipe)->note}});
    return {};
  }
  std::string text = fmt::format("{} ({})\n", (*recipe)->title, (*recipe)->name);
  if (!(*recipe)->note.empty()) text += fmt::format("{}\n", (*recipe)->note);
  if (!line.empty()) text += fmt::format("\nOnce, settings untouched:\n\n{}\n", line);
  if (!settings->empty()) text += "\n" + *settings;
  if (!steps.empty()) text += "\n" + steps;
  context.io().Out(text);
  if ((*recipe)->runs()) context.io().Say("\nOr: agm run {}", (*recipe)->name);
  return {};
}

void AddClientsCheck(Commands at, Run<ClientsCheckOptions> run) {
  auto options = std::make_shared<ClientsCheckOptions>();
  CommandHandle command =
      at.Command("check", "Let a client answer one prompt", options, std::move(run));
  command.Option("CLIENT", options->client, "The client").Required().Type("CLIENT");
  command.Option("--model", options->model, "The model that it asks for").Type("MODEL");
  command.Footer(Examples(
      {{"See that Claude Code works through the gateway", "agm clients check claude-code"}}));
}

Result<void> RunClientsCheck(const Context& context, const ClientsCheckOptions& options) {
  constexpr Duration kPatience{120'000};
  const auto recipe = FindRecipe(options.client);
  if (!recipe) return recipe.error();
  if ((*recipe)->check.empty()) {
    return Fail(ErrorCode::kNotFound,
                "{} has no call that ends by itself; try: agm probe --only {}", (*recipe)->title,
                (*recipe)->probe);
  }
  const auto connection = FindConnection(context, {options.model, {}, false, Purpose::kStart});
  if (!connection) return connection.error();
  const std::vector<std::string> arguments((*recipe)->check.begin(), (*recipe)->check.end());
  const auto launch = Prepare(context, **recipe, *connection, arguments);
  if (!launch) return launch.error();
  context.io().Progress(fmt::format("{} is asked to answer ...", (*recipe)->title));
  const auto finished = RunToEnd(*launch, kPatience);
  if (!finished) return finished.error();
  const bool works = finished->status == 0;
  if (context.json()) {
    context.io().PrintJson({{"client", (*recipe)->name},
                            {"works", works},
                            {"exit_code", finished->status},
                            {"output", finished->output}});
  } else if (works) {
    context.io().Print("{} works with {} through {}.\n", (*recipe)->title, connection->model,
                       connection->base);
  } else {
    context.io().Err(finished->output);
  }
  if (works) return {};
  return Fail(ErrorCode::kUpstreamRejected,
              "{} did not answer (exit code {}); `agm logs` shows "
              "what it asked",
              (*recipe)->title, finished->status);
}

}  // namespace agm::cli
