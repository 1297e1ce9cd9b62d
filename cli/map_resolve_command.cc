#include <algorithm>

#include "cli/map_command.h"
#include "cli/table.h"
#include "core/base/glob.h"
#include "core/mapping/model_map.h"

namespace agm::cli {
namespace {

/// The names of the accounts that may serve a model.
std::vector<std::string> Servers(const config::Config& config, const std::string& model) {
  std::vector<std::string> names;
  for (const auto& account : config.accounts) {
    const bool lists = std::ranges::any_of(
        account.models, [&](const std::string& glob) { return GlobMatches(glob, model); });
    if (lists && account.enabled && account.unusable.empty()) names.push_back(account.name);
  }
  return names;
}

Json ToJson(const config::Config& config, const mapping::Explanation& explained) {
  Json json = {{"name", explained.won.asked}, {"rule", mapping::RuleName(explained.won.rule)}};
  json["from"] = explained.won.from.empty() ? Json(nullptr) : Json(explained.won.from);
  json["why"] = explained.why;
  json["targets"] = Json::array();
  for (const auto& target : explained.won.targets) {
    json["targets"].push_back({{"model", target}, {"accounts", Servers(config, target)}});
  }
  json["losers"] = Json::array();
  for (const auto& loser : explained.losers) {
    json["losers"].push_back({{"rule", mapping::RuleName(loser.rule)},
                              {"from", loser.from},
                              {"to", loser.to},
                              {"why", loser.why}});
  }
  return json;
}

void PrintText(Io& io, const config::Config& config, const mapping::Explanation& explained) {
  const auto& won = explained.won;
  io.Print("{} -> {}\n", io.Paint(won.asked, Colour::kBold), Chain(won.targets));
  io.Print("rule: {}{} ({})\n", mapping::RuleName(won.rule), won.from.empty() ? "" : " " + won.from,
           explained.why);
  int number = 0;
  for (const auto& target : won.targets) {
    std::string accounts;
    for (const auto& name : Servers(config, target)) {
      accounts += (accounts.empty() ? "accounts: " : ", ") + name;
    }
    io.Print("try {}: {} ({})\n", ++number, target,
             accounts.empty() ? "no account may serve it" : accounts);
  }
  for (const auto& loser : explained.losers) {
    const std::string line = fmt::format("lost: {} {} -> {} ({})", mapping::RuleName(loser.rule),
                                         loser.from, Chain(loser.to), loser.why);
    const auto width = static_cast<std::size_t>(std::max(io.width, 40)) - 2;
    io.Print("{}\n", io.out_is_terminal ? Wrap(line, 2, width) : line);
  }
}

}  // namespace

void AddMapResolve(Commands at, Run<MapResolveOptions> run) {
  auto options = std::make_shared<MapResolveOptions>();
  CommandHandle command =
      at.Command("resolve", "Say what a model name comes to, and why", options, std::move(run));
  command.Option("NAME", options->name, "The name that a client uses").Required().Type("MODEL");
  command.Footer(
      Examples({{"See which rule wins, and what would be tried", "agm map resolve gpt-4o-mini"}}));
}

Result<void> RunMapResolve(const Context& context, const MapResolveOptions& options) {
  const auto config = context.Config();
  if (!config) return config.error();
  const auto explained = mapping::ModelMap(**config).Explain(options.name);
  if (!explained) return explained.error();
  if (context.json()) {
    context.io().PrintJson(ToJson(**config, *explained));
  } else {
    PrintText(context.io(), **config, *explained);
  }
  return {};
}

}  // namespace agm::cli
