#include "cli/map_command.h"

#include <algorithm>
#include <array>
#include <map>

#include "cli/gateway_client.h"
#include "cli/nearest.h"
#include "cli/table.h"
#include "core/config/edit.h"
#include "core/config/model_name.h"
#include "core/mapping/built_in.h"
#include "core/mapping/model_map.h"

namespace agm::cli {
namespace {

constexpr Duration kPatience{2'000};

bool IsPattern(std::string_view name) { return name.find('*') != std::string_view::npos; }

/// Warns if a target is itself a mapped name. Some other gateways map targets again, agm does not.
void WarnOfMappedTargets(const Context& context, const std::vector<std::string>& targets) {
  const auto config = context.ConfigOrNew();
  if (!config) return;
  const mapping::ModelMap map(**config);
  for (const std::string& target : targets) {
    const auto resolved = map.Resolve(target);
    if (!resolved || resolved->rule == mapping::Rule::kPassThrough) continue;
    if (resolved->targets.front() == resolved->asked) continue;
    context.io().Warn(
        "{} is used unchanged, because a target is not mapped again; did you "
        "mean {}?",
        target, resolved->targets.front());
  }
}

Json ToJson(std::string_view rule, std::string_view from, const std::vector<std::string>& to) {
  return {{"rule", rule}, {"from", from}, {"to", to}};
}

std::string_view RuleOf(const config::MappingRule& rule) {
  return IsPattern(rule.from) ? "pattern" : "exact";
}

/// Warns of targets that no account offers, as far as the running gateway's list tells.
void WarnOfUnservedTargets(const Context& context, const std::vector<std::string>& targets) {
  const auto list = GetJson(context, "/v1/models", kPatience);
  if (!list) return;
  std::vector<std::string> served;
  for (const Json& model : ObjectsOf(*list, "data")) {
    if (TextOf(model, "owned_by") != "agm") served.push_back(TextOf(model, "id"));
  }
  if (served.empty()) return;
  for (const std::string& target : targets) {
    const std::string name(config::WithoutModelPrefix(target));
    if (std::ranges::count(served, name) > 0) continue;
    const std::string near = Nearest(name, served);
    context.io().Warn("no account offers {}{}; `agm models` lists what they offer", target,
                      near.empty() ? "" : fmt::format(" (did you mean {}?)", near));
  }
}

/// Whose model a built-in rule is for, from how the names begin.
std::string_view VendorOf(std::string_view from) {
  struct Vendor {
    std::string_view begin, name;
  };
  constexpr auto kVendors = std::to_array<Vendor>({{"claude", "Anthropic"},
                                                   {"gemini", "Google"},
                                                   {"gemma", "Google"},
                                                   {"imagen", "Google"},
                                                   {"gpt", "OpenAI"},
                                                   {"chatgpt", "OpenAI"},
                                                   {"o1", "OpenAI"},
                                                   {"o3", "OpenAI"},
                                                   {"o4", "OpenAI"},
                                                   {"codex", "OpenAI"},
                                                   {"text-", "OpenAI"},
                                                   {"dall-e", "OpenAI"},
                                                   {"whisper", "OpenAI"},
                                                   {"tts", "OpenAI"},
                                                   {"computer", "OpenAI"}});
  const auto found = std::ranges::find_if(
      kVendors, [&](const Vendor& vendor) { return from.starts_with(vendor.begin); });
  return found == kVendors.end() ? "Others" : found->name;
}

/// The built-in rules below a heading for each vendor, in alphabetical order.
void PrintBuiltIns(Io& io) {
  std::map<std::string_view, std::vector<const mapping::BuiltIn*>> vendors;
  for (const auto& rule : mapping::BuiltIns()) vendors[VendorOf(rule.from)].push_back(&rule);
  for (auto& [vendor, rules] : vendors) {
    std::ranges::sort(rules, {}, &mapping::BuiltIn::from);
    if (!io.quiet) io.Print("\n{}\n", io.Paint(fmt::format("Built-in: {}", vendor), Colour::kBold));
    Table table({"FROM", "TO"});
    for (const mapping::BuiltIn* rule : rules)
      table.Add({std::string(rule->from), Chain(rule->to)});
    table.Print(io);
  }
}

}  // namespace

std::string Chain(const std::vector<std::string>& targets) {
  std::string chain;
  for (const std::string& target : targets) {
    if (!chain.empty()) chain += ", then ";
    chain += target;
  }
  return chain;
}

void AddMapSet(Commands at, Run<MapSetOptions> run) {
  auto options = std::make_shared<MapSetOptions>();
  CommandHandle command = at.Command("set", "Map a model name or pattern to one or more models",
                                     options, std::move(run));
  command.Option("FROM", options->from, "The name that clients use, or a pattern with *")
      .Required()
      .Type("MODEL");
  command.Option("TO", options->to, "Upstream models; the next is tried where one cannot serve")
      .Required()
      .Type("MODEL");
  command.Footer(Examples({{"Serve a name with one model", "agm map set gpt-4o gemini-3.8-flash"},
                           {"Fall back to a second one",
                            "agm map set 'gpt-5*' gemini-3.1-pro-preview gemini-3.8-flash"}}));
}

void AddMapList(Commands at, Run<MapListOptions> run) {
  auto options = std::make_shared<MapListOptions>();
  CommandHandle command = at.Command("list", "List the rules", options, std::move(run));
  command.Flag("--built-in", options->built_in, "List the built-in rules too");
  command.Footer(Examples({{"List your rules", "agm map list"},
                           {"See what else is mapped", "agm map list --built-in"}}));
}

void AddMapUnset(Commands at, Run<MapUnsetOptions> run) {
  auto options = std::make_shared<MapUnsetOptions>();
  CommandHandle command = at.Command("unset", "Remove a rule", options, std::move(run));
  command.Option("FROM", options->from, "The rule's name or pattern").Required().Type("RULE");
  command.Footer(Examples({{"Forget a rule", "agm map unset gpt-4o"}}));
}

void AddMap(Commands at) {
  Commands map = at.Group("map", "Manage which models serve which names");
  map.Footer(Examples({{"Serve a name with one model", "agm map set gpt-4o gemini-3.8-flash"},
                       {"See what a name comes to, and why", "agm map resolve gpt-4o"}}));
  AddMapSet(map);
  AddMapList(map);
  AddMapUnset(map);
  AddMapResolve(map);
}

Result<void> RunMapSet(const Context& context, const MapSetOptions& options) {
  const auto edited =
      config::EditFile(context.ConfigLocation().path, config::SetMapping{options.from, options.to},
                       context.environment());
  if (!edited) return edited.error();
  WarnOfMappedTargets(context, options.to);
  WarnOfUnservedTargets(context, options.to);
  if (context.json()) {
    Json json = ToJson(IsPattern(options.from) ? "pattern" : "exact", options.from, options.to);
    json["changed"] = edited->changed;
    context.io().PrintJson(json);
  } else {
    context.io().Say("{} {} to {}.", options.from, edited->changed ? "goes" : "goes already",
                     Chain(options.to));
  }
  return {};
}

Result<void> RunMapUnset(const Context& context, const MapUnsetOptions& options) {
  const auto edited = config::EditFile(context.ConfigLocation().path,
                                       config::UnsetMapping{options.from}, context.environment());
  if (!edited) return edited.error();
  if (context.json()) {
    context.io().PrintJson({{"from", options.from}, {"removed", true}});
  } else {
    context.io().Say("{} has no rule any more; agm map resolve {} says what it comes to now.",
                     options.from, options.from);
  }
  return {};
}

Result<void> RunMapList(const Context& context, const MapListOptions& options) {
  const auto config = context.Config();
  if (!config) return config.error();
  Json list = Json::array();
  Table table({"FROM", "RULE", "TO"});
  const auto add = [&](std::string_view rule, std::string_view from,
                       const std::vector<std::string>& to) {
    list.push_back(ToJson(rule, from, to));
    table.Add({std::string(from), std::string(rule), Chain(to)});
  };
  for (const auto& rule : (*config)->mapping) add(RuleOf(rule), rule.from, rule.to);
  if (options.built_in && context.json()) {
    for (const auto& rule : mapping::BuiltIns()) add("built-in", rule.from, rule.to);
  }
  if (context.json()) {
    context.io().PrintJson(list);
  } else if (table.empty() && !options.built_in) {
    context.io().Say("There are no rules of yours. See the built-in ones: agm map list --built-in");
    context.io().Next("agm map set FROM TO");
  } else {
    table.Print(context.io());
    if (options.built_in) PrintBuiltIns(context.io());
  }
  return {};
}

}  // namespace agm::cli
