#include "cli/keys_list_command.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "cli/key_options.h"
#include "cli/log_reader.h"
#include "cli/request_text.h"
#include "cli/table.h"
#include "core/config/words.h"
#include "core/keys/calendar.h"
#include "core/keys/meters.h"
#include "core/ledger/statistics.h"

namespace agm::cli {
namespace {

using ledger::Sums;

/// The log's amounts of each key in the present day and month of the configuration's zone.
struct Spent {
  std::map<std::string, Sums> day;
  std::map<std::string, Sums> month;
};

Result<Spent> SpentNow(const Context& context, const config::Config& config) {
  const auto zone = keys::ZoneOf(config);
  const WallTime now = context.clock().Wall();
  auto totals = LoggedSince(context, keys::MonthOf(*zone, now).begin);
  if (!totals) return std::move(totals).error();
  const WallTime day = keys::DayOf(*zone, now).begin;
  Spent spent;
  for (const auto& [key, sums] : *totals) {
    spent.month[key.caller].Add(sums);
    if (ledger::TimeOf(key.quarter) >= day) spent.day[key.caller].Add(sums);
  }
  return spent;
}

ledger::Nano Money(const config::ClientKey& key, const Sums& sums) {
  return key.budget_of == config::BudgetOf::kBilled ? sums.billed : sums.list;
}

/// "$0.12 / $2": what is spent, and the budget if there is one.
std::string Against(ledger::Nano spent, const std::optional<std::int64_t>& budget) {
  if (!budget) return MoneyText(spent);
  return fmt::format("{} / ${}", MoneyText(spent), keys::WriteDollars(*budget));
}

/// "60 rpm, 200k tpm, 8 par"
std::string LimitsText(const config::ClientKey& key) {
  std::vector<std::string> parts;
  const auto add = [&](std::int64_t limit, std::string_view unit) {
    if (limit > 0) parts.push_back(fmt::format("{} {}", CountText(limit), unit));
  };
  add(key.requests_per_minute, "rpm");
  add(key.tokens_per_minute, "tpm");
  add(key.parallel, "par");
  add(key.tokens.day.value_or(0), "tok/day");
  add(key.tokens.month.value_or(0), "tok/month");
  return fmt::format("{}", fmt::join(parts, ", "));
}

Json SpentJson(const Sums& sums) {
  return {{"requests", sums.requests},
          {"tokens", sums.tokens.input + sums.tokens.output},
          {"cost_list_usd", ledger::ToJson(sums)["cost_list_usd"]},
          {"cost_billed_usd", ledger::ToJson(sums)["cost_billed_usd"]}};
}

Json KeyJson(const Context& context, const config::Config& config, const config::ClientKey& key,
             Spent& spent) {
  Json json = ToJson(key);
  json["state"] = KeyState(config, key, context.clock().Wall());
  json["spent"] = {{"day", SpentJson(spent.day[key.name])},
                   {"month", SpentJson(spent.month[key.name])}};
  return json;
}

Colour ColourOf(const std::string& state) {
  return state == "ready" ? Colour::kGreen : Colour::kDim;
}

std::string Shown(const Json& value) {
  if (value.is_null()) return "-";
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_structured()) return value.dump();
  std::string text;
  for (const auto& [name, item] : value.items()) {
    if (item.is_null()) continue;
    text += (text.empty() ? "" : ", ") + (value.is_object() ? name + " " : "") + Shown(item);
  }
  return text.empty() ? "-" : text;
}

}  // namespace

Result<void> RunKeysList(const Context& context, const KeysListOptions&) {
  auto config = context.Config();
  if (!config) return std::move(config).error();
  auto spent = SpentNow(context, **config);
  if (!spent) return std::move(spent).error();
  Json list = Json::array();
  Table table({"NAME", "STATE", "TODAY", "MONTH", "LIMITS", "EXPIRES"});
  for (const config::ClientKey& key : (*config)->keys) {
    list.push_back(KeyJson(context, **config, key, *spent));
    const std::string state = KeyState(**config, key, context.clock().Wall());
    table.Add({key.name,
               {state, ColourOf(state)},
               Against(Money(key, spent->day[key.name]), key.budget.day),
               Against(Money(key, spent->month[key.name]), key.budget.month),
               LimitsText(key),
               key.expires});
  }
  for (const config::ApiKey& key : (*config)->proxy.api_keys) {
    table.Add({key.name, "proxy", MoneyText(spent->day[key.name].list),
               MoneyText(spent->month[key.name].list), "", ""});
  }
  if (context.json()) {
    context.io().PrintJson({{"keys", list}});
    return {};
  }
  if (table.empty()) {
    context.io().Say("There is no client key.");
    context.io().Next("agm keys add NAME");
    return {};
  }
  table.Print(context.io());
  if (!(*config)->proxy.api_keys.empty()) {
    context.io().Say(
        "Keys with the state \"proxy\" are those of [proxy], without limits. Move "
        "them: agm keys adopt");
  }
  return {};
}

Result<void> RunKeysShow(const Context& context, const KeysShowOptions& options) {
  auto config = context.Config();
  if (!config) return std::move(config).error();
  auto key = FindKey(**config, options.name);
  if (!key) return std::move(key).error();
  auto spent = SpentNow(context, **config);
  if (!spent) return std::move(spent).error();
  const Json json = KeyJson(context, **config, **key, *spent);
  if (context.json()) {
    context.io().PrintJson(json);
    return {};
  }
  for (const auto& [name, value] : json.items()) {
    if (name == "spent") continue;
    std::string spoken = name;
    std::ranges::replace(spoken, '_', ' ');
    context.io().Print("{:<20}  {}\n", spoken, Plain(Shown(value)));
  }
  const auto line = [&](std::string_view name, const Sums& sums) {
    context.io().Print("{:<20}  {} requests, {} tokens, {} list, {} billed\n", name, sums.requests,
                       CountText(sums.tokens.input + sums.tokens.output),
                       SumText(sums.list, sums.unpriced), SumText(sums.billed, sums.unbilled));
  };
  line("today", spent->day[options.name]);
  line("this month", spent->month[options.name]);
  return {};
}

Result<void> RunKeysUsage(const Context& context, const KeysUsageOptions& options) {
  auto config = context.Config();
  if (!config) return std::move(config).error();
  const WallTime now = context.clock().Wall();
  auto since = ReadMoment("--since", options.since.value_or("30d"), now);
  if (!since) return std::move(since).error();
  std::set<std::string> names;
  for (const config::ClientKey& key : (*config)->keys) names.insert(key.name);
  for (const config::ApiKey& key : (*config)->proxy.api_keys) names.insert(key.name);
  if (!options.name.empty()) {
    if (!names.contains(options.name)) {
      auto key = FindKey(**config, options.name);
      if (!key) return std::move(key).error();
    }
    names = {options.name};
  }
  auto totals = LoggedSince(context, *since);
  if (!totals) return std::move(totals).error();
  std::erase_if(*totals, [&](const auto& row) { return !names.contains(row.first.caller); });
  std::vector<ledger::By> by = {ledger::By::kCaller};
  if (options.by == "model") by.push_back(ledger::By::kModel);
  const auto statistics = ledger::Summarize(*totals, by);
  if (context.json()) {
    context.io().PrintJson(ledger::ToJson(statistics, *since, now, keys::ZoneOf(**config)->name()));
    return {};
  }
  std::vector<std::string> header = {"KEY"};
  if (options.by == "model") header.emplace_back("MODEL");
  for (const char* name : {"REQUESTS", "ERRORS", "IN", "OUT", "BILLED", "LIST"}) {
    header.emplace_back(name);
  }
  Table table(std::move(header));
  for (const auto& [row, sums] : statistics.rows) {
    std::vector<Cell> cells;
    for (const std::string& value : row) cells.emplace_back(Plain(value));
    cells.emplace_back(std::to_string(sums.requests));
    cells.emplace_back(std::to_string(sums.errors));
    cells.emplace_back(CountText(sums.tokens.input));
    cells.emplace_back(CountText(sums.tokens.output));
    cells.emplace_back(SumText(sums.billed, sums.unbilled));
    cells.emplace_back(SumText(sums.list, sums.unpriced));
    table.Add(std::move(cells));
  }
  if (table.empty()) {
    context.io().Say("No request with such a key was logged since then.");
    return {};
  }
  table.Print(context.io());
  return {};
}

void AddKeysList(Commands at, Run<KeysListOptions> run) {
  at.Command("list", "List the client keys with what they have spent",
             std::make_shared<KeysListOptions>(), std::move(run))
      .Footer(Examples({{"Who is over a dollar today",
                         "agm keys list --json | jq '.keys[] | "
                         "select(.spent.day.cost_list_usd > 1).name'"}}));
}

void AddKeysShow(Commands at, Run<KeysShowOptions> run) {
  auto options = std::make_shared<KeysShowOptions>();
  CommandHandle command =
      at.Command("show", "Show a key's settings and usage", options, std::move(run));
  command.Option("NAME", options->name, "The key").Required().Type("KEY");
  command.Footer(Examples({{"What a key may do", "agm keys show ci"}}));
}

void AddKeysUsage(Commands at, Run<KeysUsageOptions> run) {
  auto options = std::make_shared<KeysUsageOptions>();
  CommandHandle command =
      at.Command("usage", "Show what keys have used over a span", options, std::move(run));
  command.Option("NAME", options->name, "Only this key").Type("KEY");
  command.Option("--since", options->since, "Count from a time, or a span ago (default 30d)")
      .Type("TIME");
  OneOf(command.Option("--by", options->by, "A row for each key, or for each of its models"),
        {"caller", "model"});
  command.Footer(Examples({{"What a key spent on which model", "agm keys usage ci --by model"}}));
}

}  // namespace agm::cli
