#include "core/telemetry/meters.h"

#include <chrono>
#include <utility>

#include "core/telemetry/spans.h"

namespace agm::telemetry {
namespace {

constexpr int kCumulative = 2;
constexpr std::size_t kMostSeries = 512;
constexpr double kFirstBound = 0.01;  ///< each further bound is twice the one before: to 81.92

double SecondsOf(std::chrono::microseconds time) {
  return std::chrono::duration<double>(time).count();
}

}  // namespace

void Meters::Histogram::Add(double seconds) {
  double bound = kFirstBound;
  std::size_t at = 0;
  while (at < kBounds && seconds > bound) {
    bound *= 2;
    ++at;
  }
  ++buckets[at];
  ++count;
  sum += seconds;
}

void Meters::Count(const ledger::Entry& entry, const Options& options) {
  if (!entry.calls_model) return;
  Key key{std::string(OperationOf(entry.route)), ProviderOf(entry, options),
          entry.target.empty() || entry.status == 404 ? "other" : entry.target,
          entry.failed() ? entry.error : std::string()};
  if (series_.size() >= kMostSeries && !series_.contains(key)) key.model = "other";
  Series& series = series_[key];
  series.duration.Add(SecondsOf(entry.total));
  if (entry.stream && entry.first_byte.count() >= 0) {
    series.first_chunk.Add(SecondsOf(entry.first_byte));
  }
  series.tokens.input += entry.tokens.input;
  series.tokens.cached += entry.tokens.cached;
  series.tokens.output += entry.tokens.output;
  series.tokens.thoughts += entry.tokens.thoughts;
}

Json Meters::Points(const std::map<Key, Series>& all, Histogram Series::*histogram, WallTime now,
                    Conventions conventions) const {
  Json points = Json::array();
  for (const auto& [key, series] : all) {
    const Histogram& from = series.*histogram;
    if (from.count == 0) continue;
    Json point;
    point["attributes"] = Json::array(
        {Attribute("gen_ai.operation.name", std::string_view(key.operation)),
         Attribute(conventions == Conventions::kGenAi01 ? "gen_ai.provider.name" : "gen_ai.system",
                   std::string_view(key.provider)),
         Attribute("gen_ai.request.model", std::string_view(key.model))});
    if (!key.error.empty()) {
      point["attributes"].push_back(Attribute("error.type", std::string_view(key.error)));
    }
    point["startTimeUnixNano"] = UnixNano(began_);
    point["timeUnixNano"] = UnixNano(now);
    point["count"] = std::to_string(from.count);
    point["sum"] = from.sum;
    point["bucketCounts"] = Json::array();
    for (const auto count : from.buckets) point["bucketCounts"].push_back(std::to_string(count));
    point["explicitBounds"] = Json::array();
    double bound = kFirstBound;
    for (std::size_t i = 0; i < kBounds; ++i, bound *= 2) point["explicitBounds"].push_back(bound);
    points.push_back(std::move(point));
  }
  return points;
}

Json Meters::Sum(std::string_view name, WallTime now, Conventions conventions,
                 std::int64_t ledger::Tokens::*tokens) const {
  Json points = Json::array();
  for (const auto& [key, series] : series_) {
    if (series.tokens.*tokens == 0) continue;
    Json point;
    point["attributes"] = Json::array(
        {Attribute("gen_ai.operation.name", std::string_view(key.operation)),
         Attribute(conventions == Conventions::kGenAi01 ? "gen_ai.provider.name" : "gen_ai.system",
                   std::string_view(key.provider)),
         Attribute("gen_ai.request.model", std::string_view(key.model)),
         Attribute("gen_ai.token.modality", std::string_view("unknown"))});
    point["startTimeUnixNano"] = UnixNano(began_);
    point["timeUnixNano"] = UnixNano(now);
    point["asInt"] = std::to_string(series.tokens.*tokens);
    points.push_back(std::move(point));
  }
  Json sum = {{"aggregationTemporality", kCumulative}, {"isMonotonic", true}};
  sum["dataPoints"] = std::move(points);
  return {{"name", name}, {"unit", "{token}"}, {"sum", std::move(sum)}};
}

Json Meters::Write(WallTime now, const Options& options) const {
  if (series_.empty()) return {};
  const Conventions conventions = options.conventions;
  const bool new_names = conventions == Conventions::kGenAi01;
  Json metrics = Json::array();
  const auto histogram = [&](std::string_view name, Histogram Series::*which) {
    Json body = {{"aggregationTemporality", kCumulative}};
    body["dataPoints"] = Points(series_, which, now, conventions);
    if (body["dataPoints"].empty()) return;
    metrics.push_back({{"name", name}, {"unit", "s"}, {"histogram", std::move(body)}});
  };
  histogram(new_names ? "gen_ai.client.inference.duration" : "gen_ai.client.operation.duration",
            &Series::duration);
  histogram(new_names ? "gen_ai.client.inference.time_to_first_chunk"
                      : "gen_ai.server.time_to_first_token",
            &Series::first_chunk);
  using ledger::Tokens;
  for (const auto& [name, tokens] : {std::pair("input_tokens", &Tokens::input),
                                     std::pair("cache_read.input_tokens", &Tokens::cached),
                                     std::pair("output_tokens", &Tokens::output),
                                     std::pair("reasoning.output_tokens", &Tokens::thoughts)}) {
    if (!new_names) break;  // 1.36 knows token counts as a distribution only
    Json sum = Sum("gen_ai.client.inference.usage." + std::string(name), now, conventions, tokens);
    if (!sum["sum"]["dataPoints"].empty()) metrics.push_back(std::move(sum));
  }
  return metrics;
}

}  // namespace agm::telemetry
