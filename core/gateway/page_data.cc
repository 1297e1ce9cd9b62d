#include "core/gateway/page_routes.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/duration.h"
#include "core/base/iso_time.h"
#include "core/base/json.h"
#include "core/base/time_zone.h"
#include "core/base/utf8.h"
#include "core/base/version.h"
#include "core/config/checks.h"
#include "core/config/words.h"
#include "core/gateway/replies.h"
#include "core/gateway/shared_state.h"
#include "core/gateway/url.h"
#include "core/ledger/buckets.h"
#include "core/ledger/entry_json.h"
#include "core/ledger/requests.h"
#include "core/ledger/statistics.h"
#include "core/page/live.h"
#include "core/page/pulse.h"

namespace agm::gateway {
namespace {

constexpr std::size_t kLongestShown = 200'000;

using namespace std::chrono_literals;

http::Reply JsonReply(const Json& body, Record& record) {
  return PageReply(200, "application/json", DumpJson(body), record);
}

/// The query of a request for data: each member reads one parameter, and the first wrong one is
/// kept as the error.
class Query {
 public:
  Query(const http::Request& http, WallTime now) : http_(http), now_(now) {}

  std::string Text(std::string_view name) const { return QueryParameter(http_.query, name); }

  std::optional<std::int64_t> Number(std::string_view name) {
    const std::string text = Text(name);
    if (text.empty()) return std::nullopt;
    std::int64_t value = 0;
    const char* end = text.data() + text.size();
    if (std::from_chars(text.data(), end, value).ptr == end && value >= 0) return value;
    return Wrong<std::int64_t>(name, "a whole number", text);
  }

  /// A moment ("2026-11-28T12:00:00Z"), or a span before now ("24h").
  std::optional<WallTime> Moment(std::string_view name) {
    const std::string text = Text(name);
    if (text.empty()) return std::nullopt;
    if (const auto span = ReadDuration(text)) return now_ - *span;
    const auto read = config::ReadExpiry(text);
    if (read && std::holds_alternative<WallTime>(*read)) return std::get<WallTime>(*read);
    return Wrong<WallTime>(name, "a moment such as 2026-11-28T12:00:00Z, or a span such as 24h",
                           text);
  }

  TimeZone Zone() {
    const std::string name = Text("tz");
    if (name.empty()) return TimeZone::Utc();
    if (auto zone = TimeZone::Find(name)) return *std::move(zone);
    Wrong<int>("tz", "a zone such as Europe/Berlin", name);
    return TimeZone::Utc();
  }

  template <class T>
  std::optional<T> Wrong(std::string_view name, std::string_view expected, std::string_view found) {
    if (!error_) {
      error_ = Invalid("invalid_value", name,
                       fmt::format("{}: expected {}, found \"{}\"", name, expected,
                                   ToUtf8(found.substr(0, 80))));
    }
    return std::nullopt;
  }
  const std::optional<Error>& error() const { return error_; }

 private:
  const http::Request& http_;
  const WallTime now_;
  std::optional<Error> error_;
};

ledger::Filter ReadFilter(Query& query) {
  constexpr std::int64_t kMostRows = 500;
  ledger::Filter filter;
  filter.since = query.Moment("since");
  filter.until = query.Moment("until");
  filter.before = query.Number("before");
  const std::string status = query.Text("status");
  filter.errors = status == "error";
  if (!filter.errors) {
    if (const auto code = query.Number("status")) filter.status = static_cast<int>(*code);
  }
  filter.caller = query.Text("caller");
  filter.model = query.Text("model");
  filter.account = query.Text("account");
  filter.client = query.Text("client");
  filter.route = query.Text("route");
  filter.slow = Duration(query.Number("min_ms").value_or(0));
  const auto limit = std::min(query.Number("limit").value_or(100), kMostRows);
  filter.limit = static_cast<std::size_t>(limit);
  return filter;
}

/// The spans of usage: each begins at a boundary of the zone's clocks.
Result<ledger::Bucket> ReadBucket(const std::string& word, const TimeZone& zone) {
  using enum ledger::BucketSize;
  if (word.empty()) return ledger::Bucket();
  for (const auto& [name, size] :
       {std::pair("15m", kQuarterHour), std::pair("1h", kHour), std::pair("1d", kDay),
        std::pair("1w", kWeek), std::pair("1mo", kMonth)}) {
    if (word == name) return ledger::BucketsOf(size, zone);
  }
  return Invalid("invalid_value", "bucket", "bucket: expected 15m, 1h, 1d, 1w or 1mo");
}

/// Recorded bodies, each cut to what a person reads.
Json BodiesToJson(const std::vector<ledger::TapePart>& parts) {
  Json list = Json::array();
  for (const ledger::TapePart& part : parts) {
    const bool cut = part.cut || part.body.size() > kLongestShown;
    list.push_back({{"part", part.part},
                    {"call", part.call},
                    {"head", part.head},
                    {"size", part.body.size()},
                    {"cut", cut},
                    {"body", ToUtf8(part.body.substr(0, kLongestShown))}});
  }
  return list;
}

Result<std::vector<ledger::By>> ReadBy(std::string_view text) {
  std::vector<ledger::By> by;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(','));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    bool known = false;
    for (const auto each : {ledger::By::kCaller, ledger::By::kModel, ledger::By::kAccount}) {
      if (word != ledger::Name(each)) continue;
      by.push_back(each);
      known = true;
    }
    if (!known) {
      return Invalid("invalid_value", "by", "by: expected caller, model and account, with commas");
    }
  }
  return by;
}

Result<ledger::Totals> TotalsSince(Services& services, WallTime since, WallTime until) {
  services.journal->Flush();
  ledger::Totals totals;
  auto read = services.journal->database().Read([&](store::Connection& file) -> Result<void> {
    auto all = ledger::ReadTotals(file, since, until);
    if (!all) return std::move(all).error();
    totals = *std::move(all);
    return {};
  });
  if (!read) return std::move(read).error();
  return totals;
}

Json Warning(std::string_view kind, std::string text) {
  return {{"kind", kind}, {"text", std::move(text)}};
}

/// Warnings for the operator, apart from those of accounts, which the page explains itself.
Json Warnings(Services& services, const Settings& settings, WallTime now) {
  Json warnings = Json::array();
  if (const auto& ends = settings.certificate_expires; ends && *ends - now < 14 * 24h) {
    warnings.push_back(Warning("certificate", "the TLS certificate ends on " + IsoDay(*ends)));
  }
  if (services.journal->failing()) {
    warnings.push_back(Warning("log", "the request log cannot be written; totals wait in memory"));
  }
  if (const auto skipped = services.journal->figures().skipped; skipped > 0) {
    warnings.push_back(
        Warning("log", fmt::format("{} rows of the request log were left out because "
                                   "too many came at once; totals are exact",
                                   skipped)));
  }
  if (!settings.config->log.requests) {
    warnings.push_back(Warning("log", "log.requests is off: the page shows totals only"));
  }
  if (services.recording->On()) {
    warnings.push_back(Warning("recording",
                               "bodies of requests are being recorded; "
                               "`agm logs record off` ends it"));
  }
  return warnings;
}

Json AccountCounts(const Services& services) {
  Json counts = {{"total", 0}, {"ready", services.pool->Ready()}, {"mock", 0}};
  std::int64_t in_flight = 0;
  for (const auto& account : services.pool->Status()) {
    in_flight += account.in_flight;
    counts["total"] = counts["total"].get<int>() + 1;
    if (account.kind == "mock") counts["mock"] = counts["mock"].get<int>() + 1;
  }
  counts["in_flight"] = in_flight;
  return counts;
}

Json LastMinute(const page::Pulse::Figures& figures) {
  return {{"requests", figures.requests},
          {"errors", figures.errors},
          {"input_tokens", figures.input_tokens},
          {"output_tokens", figures.output_tokens}};
}

// This node's part in its cluster, and all nodes if the server answers.
Json ClusterStatus(SharedState& shared) {
  const cluster::LinkStatus link = shared.status();
  Json cluster = {{"node", link.node},
                  {"server", link.server},
                  {"state", cluster::NameOf(link.state)},
                  {"why", link.why},
                  {"nodes", Json::array()}};
  const auto nodes = shared.Nodes();
  if (!nodes) return cluster;
  for (const cluster::Node& node : *nodes) {
    cluster["nodes"].push_back(cluster::Describe(node, shared.server_time()));
  }
  return cluster;
}

bool MayAdminister(const Record& record) {
  return !record.key || record.key->scopes.Permit(config::KeyScope::kAdmin);
}

}  // namespace

http::Reply StatusPage(Services& services, const Settings& settings, const http::Request& http,
                       Record& record) {
  const WallTime now = services.clock->Wall();
  Query query(http, now);
  const TimeZone zone = query.Zone();
  const auto refuse = [&](Error error) {
    return Refuse(Surface::kOpenAi, std::move(error), record, *settings.config);
  };
  if (query.error()) return refuse(*query.error());
  auto totals = TotalsSince(services, zone.Begin(zone.DayOf(now)), now + 1ms);
  if (!totals) return refuse(std::move(totals).error());
  Json body;
  body["version"] = Version();
  body["now"] = ledger::WriteTimestamp(now);
  body["started"] = ledger::WriteTimestamp(services.started);
  body["uptime_seconds"] =
      std::chrono::duration_cast<std::chrono::seconds>(now - services.started).count();
  body["auth"] = config::Word(settings.config->proxy.EffectiveAuthMode());
  body["visitor"] = {{"name", record.caller},
                     {"admin", MayAdminister(record)},
                     {"signed_in", record.key != nullptr}};
  const Json accounts = AccountCounts(services);
  body["accounts"] = accounts;
  body["in_flight"] = accounts["in_flight"];  // at upstreams: the page's own requests do not count
  body["last_minute"] = LastMinute(services.pulse->LastMinute());
  body["today"] = ledger::ToJson(ledger::Summarize(*totals, {}).total);
  body["warnings"] = Warnings(services, settings, now);
  if (services.shared != nullptr) body["cluster"] = ClusterStatus(*services.shared);
  return JsonReply(body, record);
}

http::Reply RequestsPage(Services& services, const Settings& settings, const http::Request& http,
                         Record& record) {
  Query query(http, services.clock->Wall());
  const ledger::Filter filter = ReadFilter(query);
  const auto refuse = [&](Error error) {
    return Refuse(Surface::kOpenAi, std::move(error), record, *settings.config);
  };
  if (query.error()) return refuse(*query.error());
  services.journal->Flush();
  Json body;
  body["requests"] = Json::array();
  body["next"] = Json();
  auto read = services.journal->database().Read([&](store::Connection& file) -> Result<void> {
    const auto rows = ledger::ReadRequests(file, filter);
    if (!rows) return rows.error();
    for (const auto& row : *rows) {
      Json each = {{"seq", row.seq}};
      each.update(ledger::ToJson(row.entry));
      body["requests"].push_back(std::move(each));
    }
    if (rows->size() == filter.limit && !rows->empty()) body["next"] = rows->back().seq;
    return {};
  });
  if (!read) return refuse(std::move(read).error());
  return JsonReply(body, record);
}

http::Reply RequestPage(Services& services, const Settings& settings, const std::string& id,
                        Record& record) {
  services.journal->Flush();
  const bool may_see_bodies = MayAdminister(record);
  Json body;
  auto read = services.journal->database().Read([&](store::Connection& file) -> Result<void> {
    const auto found = ledger::FindRequest(file, id);
    if (!found) return found.error();
    body = ledger::HistoryToJson(found->entry);
    const auto tape = ledger::ReadTape(file, found->entry);
    if (!tape) return tape.error();
    body["bodies"] = may_see_bodies ? BodiesToJson(*tape) : Json();
    return {};
  });
  if (!read) return Refuse(Surface::kOpenAi, std::move(read).error(), record, *settings.config);
  return JsonReply(body, record);
}

http::Reply LivePage(Services& services, const Settings& settings, Record& record) {
  auto stream = services.live->Watch();
  if (!stream) {
    Error error =
        Fail(ErrorCode::kOverloaded, "{} browsers watch the requests already; close one of them",
             page::LiveFeed::kMostWatchers);
    return Refuse(Surface::kOpenAi, std::move(error), record, *settings.config);
  }
  http::Reply reply = PageReply(200, "text/event-stream; charset=utf-8", "", record);
  reply.headers.emplace_back("X-Accel-Buffering", "no");
  reply.source = std::move(stream);
  return reply;
}

http::Reply UsagePage(Services& services, const Settings& settings, const http::Request& http,
                      Record& record) {
  const WallTime now = services.clock->Wall();
  Query query(http, now);
  const TimeZone zone = query.Zone();
  const WallTime since = query.Moment("since").value_or(now - 7 * 24h);
  const WallTime until = query.Moment("until").value_or(now + 1ms);
  const auto refuse = [&](Error error) {
    return Refuse(Surface::kOpenAi, std::move(error), record, *settings.config);
  };
  if (query.error()) return refuse(*query.error());
  auto by = ReadBy(query.Text("by"));
  if (!by) return refuse(std::move(by).error());
  const auto bucket = ReadBucket(query.Text("bucket"), zone);
  if (!bucket) return refuse(bucket.error());
  auto totals = TotalsSince(services, since, until);
  if (!totals) return refuse(std::move(totals).error());
  const auto statistics = ledger::Summarize(*totals, *std::move(by), *bucket);
  return JsonReply(ledger::ToJson(statistics, since, until, zone.name()), record);
}

}  // namespace agm::gateway
