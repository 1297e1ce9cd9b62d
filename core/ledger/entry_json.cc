#include "core/ledger/entry_json.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace agm::ledger {
namespace {

constexpr double kNanoPerDollar = 1e9;

Json OrNull(const std::string& text) { return text.empty() ? Json() : Json(text); }

Json Milliseconds(std::chrono::microseconds time) {
  if (time.count() < 0) return {};
  return static_cast<double>(time.count()) / 1000;
}

Json OrNull(std::optional<Nano> nano) { return nano ? Dollars(*nano) : Json(); }

}  // namespace

Json Dollars(Nano nano) { return static_cast<double>(nano) / kNanoPerDollar; }

std::string WriteTimestamp(WallTime at) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(at);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)),
                     (at - seconds).count());
}

Json ToJson(const Entry& entry) {
  const Tokens& tokens = entry.tokens;
  const auto count = [&](std::int64_t value) { return tokens.known ? Json(value) : Json(); };
  Json json;
  json["time"] = WriteTimestamp(entry.at);
  json["id"] = entry.id;
  json["route"] = entry.route;
  json["method"] = entry.method;
  json["path"] = entry.path;
  json["status"] = entry.status;
  json["error"] = OrNull(entry.error);
  json["why"] = OrNull(entry.why);
  json["caller"] = OrNull(entry.caller);
  json["client"] = OrNull(entry.client);
  json["model"] = OrNull(entry.model);
  json["target"] = OrNull(entry.target);
  json["account"] = OrNull(entry.account);
  json["tries"] = entry.tries;
  json["first_byte_ms"] = Milliseconds(entry.first_byte);
  json["total_ms"] = Milliseconds(entry.total);
  json["waited_ms"] = entry.waited.count();
  json["stream"] = entry.stream;
  json["input_tokens"] = count(tokens.input);
  json["cached_tokens"] = count(tokens.cached);
  json["output_tokens"] = count(tokens.output);
  json["reasoning_tokens"] = count(tokens.thoughts);
  json["cost_usd"] = OrNull(entry.cost.list);
  json["cost_billed_usd"] = OrNull(entry.cost.billed);
  json["ended_by"] = entry.ended_by;
  json["phase"] = entry.phase;
  json["trace_id"] = OrNull(entry.trace);
  return json;
}

Json HistoryToJson(const Entry& entry) {
  Json json = ToJson(entry);
  json["rule"] = OrNull(entry.rule);
  json["dropped"] = entry.dropped;
  json["upstream_ms"] = Milliseconds(entry.upstream);
  json["service_tier"] = OrNull(entry.tier);
  json["attempts"] = Json::array();
  for (const Try& each : entry.history) {
    json["attempts"].push_back({{"account", each.account},
                                {"target", each.target},
                                {"outcome", each.outcome},
                                {"why", OrNull(each.why)},
                                {"waited_ms", each.waited.count()},
                                {"took_ms", each.took.count()}});
  }
  return json;
}

}  // namespace agm::ledger
