#include "core/gateway/shared_totals.h"

#include <chrono>
#include <iterator>
#include <utility>
#include <vector>

#include "core/base/json_doc.h"
#include "core/base/json_writer.h"
#include "core/base/utf8.h"

namespace agm::gateway {
namespace {

using namespace std::chrono_literals;
using ledger::Sums;
using ledger::Totals;

constexpr Duration kKept = 24h * 35;
constexpr std::int64_t kQuartersOfHour = 4;

std::int64_t HourOf(const ledger::TotalKey& key) { return key.quarter / kQuartersOfHour; }
WallTime TimeOf(std::int64_t hour) { return ledger::TimeOf(hour * kQuartersOfHour); }

// KEYS: a day. ARGV: field, value, milliseconds for which the day is kept.
constexpr std::string_view kTell = R"(
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1)";

/// The numbers of a sum, in the order in which they are written.
template <class S, class Each>
void ForEach(S& sums, const Each& each) {
  each(sums.requests);
  each(sums.errors);
  each(sums.cancelled);
  each(sums.tokens.input);
  each(sums.tokens.cached);
  each(sums.tokens.output);
  each(sums.tokens.thoughts);
  each(sums.tokens.input_audio);
  each(sums.tokens.input_image);
  each(sums.tokens.output_audio);
  each(sums.tokens.output_image);
  each(sums.list);
  each(sums.billed);
  each(sums.unpriced);
  each(sums.unbilled);
}

}  // namespace

std::string TotalsKey(WallTime at) {
  const auto day = std::chrono::floor<std::chrono::days>(at.time_since_epoch()).count();
  return "{totals:" + std::to_string(day) + "}";
}

/// {"node": name, "rows": [{"quarter", "caller", "target", "account", "rate", "sums": [...]}, ...]}
std::string WriteTotals(const std::string& node, const Totals& totals) {
  std::string text;
  JsonWriter json(text);
  json.Object().Key("node").String(ToUtf8(node)).Key("rows").Array();
  for (const auto& [key, sums] : totals) {
    json.Object().Key("quarter").Int(key.quarter).Key("caller").String(ToUtf8(key.caller));
    json.Key("target").String(ToUtf8(key.target)).Key("account").String(ToUtf8(key.account));
    json.Key("rate").String(ToUtf8(key.rate)).Key("sums").Array();
    ForEach(sums, [&](std::int64_t number) { json.Int(number); });
    json.EndArray().EndObject();
  }
  json.EndArray().EndObject();
  return text;
}

std::optional<NodeTotals> ReadTotals(std::string_view field, std::string_view value) {
  const std::size_t slash = field.rfind('/');
  const auto doc = JsonDoc::Parse(value);
  if (slash == std::string_view::npos || !doc) return std::nullopt;
  NodeTotals read;
  read.machine = field.substr(0, slash);
  read.node = doc->root()["node"].text();
  for (const JsonView row : doc->root()["rows"].items()) {
    std::vector<std::int64_t> numbers;
    for (const JsonView each : row["sums"].items()) numbers.push_back(each.integer().value_or(0));
    Sums sums;
    std::size_t next = 0;
    ForEach(sums, [&](std::int64_t& each) {
      if (next < numbers.size()) each = numbers[next++];
    });
    sums.tokens.known = true;
    read.totals[{row["quarter"].integer().value_or(0), row["caller"].text(), row["target"].text(),
                 row["account"].text(), row["rate"].text()}] = sums;
  }
  return read;
}

SharedTotals::SharedTotals(cluster::Link& link, Clock& clock, std::string machine)
    : link_(link), clock_(clock), machine_(std::move(machine)) {}

WallTime SharedTotals::Since() const { return clock_.Wall() - kKept + 24h; }

void SharedTotals::Count(const ledger::Entry& entry) {
  const ledger::TotalKey key = ledger::KeyOf(entry);
  auto state = state_.Lock();
  state->hours[HourOf(key)][key].Add(entry);
  state->changed.insert(HourOf(key));
}

void SharedTotals::Load(const Totals& totals) {
  auto state = state_.Lock();
  auto known = std::exchange(state->hours, {});
  for (const auto& [key, sums] : totals) state->hours[HourOf(key)][key] = sums;
  for (const auto& [hour, rows] : state->hours) {
    if (known[hour] != rows) state->changed.insert(hour);
  }
}

Result<void> SharedTotals::Join(const AskServer& ask) {
  std::set<std::int64_t> missing;
  std::vector<cluster::Command> commands;
  {
    auto state = state_.Lock();
    std::set<std::string> days;
    for (const auto& [hour, rows] : state->hours) {
      missing.insert(hour);
      const std::string day = TotalsKey(TimeOf(hour));
      if (days.insert(day).second) commands.push_back({"HKEYS", link_.Key(day)});
    }
  }
  if (missing.empty()) return {};
  const auto replies = ask(commands);
  if (!replies) return replies.error();
  std::set<std::string> known;
  for (const cluster::Reply& day : *replies) {
    for (const cluster::Reply& field : day.items) known.insert(field.text);
  }
  std::erase_if(missing, [&](std::int64_t hour) { return known.contains(FieldOf(hour)); });
  auto state = state_.Lock();
  state->changed.insert(missing.begin(), missing.end());
  return {};
}

void SharedTotals::Renew() {
  constexpr std::size_t kAtOnce = 100;  // an empty server gets the past in pieces
  std::vector<std::int64_t> changed;
  {
    auto state = state_.Lock();
    const std::int64_t oldest = ledger::QuarterOf(Since()) / kQuartersOfHour;
    state->hours.erase(state->hours.begin(), state->hours.lower_bound(oldest));
    while (!state->changed.empty() && changed.size() < kAtOnce) {
      const auto newest = std::prev(state->changed.end());
      changed.push_back(*newest);
      state->changed.erase(newest);
    }
  }
  for (const std::int64_t hour : changed) {
    link_.Write("totals/" + std::to_string(hour), [this, hour] { return Tell(hour); });
  }
}

/// The link's thread calls this when it sends the command.
cluster::Command SharedTotals::Tell(std::int64_t hour) {
  std::string value;
  {
    auto state = state_.Lock();
    const auto found = state->hours.find(hour);
    if (found == state->hours.end()) return {};
    value = WriteTotals(link_.place().node, found->second);
  }
  return {"EVAL",
          std::string(kTell),
          "1",
          link_.Key(TotalsKey(TimeOf(hour))),
          FieldOf(hour),
          std::move(value),
          std::to_string(kKept.count())};
}

}  // namespace agm::gateway
