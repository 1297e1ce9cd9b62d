#include "core/telemetry/meters.h"

#include <algorithm>
#include <chrono>
#include <initializer_list>
#include <utility>

#include "core/telemetry/spans.h"

namespace agm::telemetry {
namespace {

constexpr int kCumulative = 2;
constexpr std::size_t kMostSeries = 512;

double SecondsOf(std::chrono::microseconds time) {
  return std::chrono::duration<double>(time).count();
}

/// Adds the tokens of one side; what is no image and no audio is text.
void AddTokens(Modalities& sums, std::int64_t all, std::int64_t image, std::int64_t audio) {
  sums.text += std::max<std::int64_t>(0, all - image - audio);
  sums.image += image;
  sums.audio += audio;
}

}  // namespace

void Histogram::Add(double value, std::uint64_t times) {
  double bound = first_;
  std::size_t at = 0;
  while (at < kBounds && value > bound) {
    bound *= factor_;
    ++at;
  }
  buckets_.at(at) += times;
  count_ += times;
  sum_ += value * static_cast<double>(times);
}

void Histogram::Write(Json& point) const {
  point["count"] = std::to_string(count_);
  point["sum"] = sum_;
  for (const auto count : buckets_) point["bucketCounts"].push_back(std::to_string(count));
  point["explicitBounds"] = Json::array();
  double bound = first_;
  for (std::size_t i = 0; i < kBounds; ++i, bound *= factor_) {
    point["explicitBounds"].push_back(bound);
  }
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
  if (const ledger::CallFacts& call = entry.call; call.chunks > 1) {
    const auto further = static_cast<std::uint64_t>(call.chunks - 1);
    const double all = SecondsOf(call.last_chunk - call.first_chunk);
    series.each_chunk.Add(all / static_cast<double>(further), further);
  }
  const ledger::Tokens& tokens = entry.tokens;
  if (!tokens.known) return;
  series.input_size.Add(static_cast<double>(tokens.input));
  series.output_size.Add(static_cast<double>(tokens.output));
  AddTokens(series.input, tokens.input, tokens.input_image, tokens.input_audio);
  AddTokens(series.output, tokens.output, tokens.output_image, tokens.output_audio);
  series.cached.unknown += tokens.cached;
  series.thoughts.unknown += tokens.thoughts;
}

/// Writes metrics of all series, with the names of the chosen conventions.
class Meters::Writer {
 public:
  Writer(const Meters& meters, WallTime now, Conventions conventions)
      : meters_(meters), now_(now), new_names_(conventions == Conventions::kGenAi01) {}

  void Seconds(std::string_view name, Histogram Series::*which) { Sizes(name, "s", {{"", which}}); }

  /// One metric of several histograms; the first of each pair is its gen_ai.token.type.
  void Sizes(std::string_view name, std::string_view unit,
             std::initializer_list<std::pair<std::string_view, Histogram Series::*>> parts) {
    Json body = {{"aggregationTemporality", kCumulative}, {"dataPoints", Json::array()}};
    for (const auto& [key, series] : meters_.series_) {
      for (const auto& [type, which] : parts) {
        if ((series.*which).empty()) continue;
        Json point = Point(key);
        if (!type.empty()) {
          point["attributes"].push_back(Attribute("gen_ai.token.type", type));
        }
        (series.*which).Write(point);
        body["dataPoints"].push_back(std::move(point));
      }
    }
    Add(name, unit, "histogram", std::move(body));
  }

  void Tokens(std::string_view name, Modalities Series::*which) {
    Json body = {{"aggregationTemporality", kCumulative},
                 {"isMonotonic", true},
                 {"dataPoints", Json::array()}};
    for (const auto& [key, series] : meters_.series_) {
      const Modalities& sums = series.*which;
      // Failed requests count 0 tokens of no known kind.
      const bool none = sums.text + sums.image + sums.audio + sums.unknown == 0;
      const bool zero = none && !key.error.empty();
      for (const auto& [modality, tokens] :
           {std::pair("text", sums.text), std::pair("image", sums.image),
            std::pair("audio", sums.audio), std::pair("unknown", sums.unknown)}) {
        if (tokens == 0 && !(zero && modality == std::string_view("unknown"))) continue;
        Json point = Point(key);
        point["attributes"].push_back(
            Attribute("gen_ai.token.modality", std::string_view(modality)));
        point["asInt"] = std::to_string(tokens);
        body["dataPoints"].push_back(std::move(point));
      }
    }
    Add(name, "{token}", "sum", std::move(body));
  }

  Json Take() { return std::move(metrics_); }

 private:
  Json Point(const Key& key) const {
    Json point;
    const std::string_view provider = new_names_ ? "gen_ai.provider.name" : "gen_ai.system";
    point["attributes"] =
        Json::array({Attribute("gen_ai.operation.name", std::string_view(key.operation)),
                     Attribute(provider, std::string_view(key.provider)),
                     Attribute("gen_ai.request.model", std::string_view(key.model))});
    if (!key.error.empty()) {
      point["attributes"].push_back(Attribute("error.type", std::string_view(key.error)));
    }
    point["startTimeUnixNano"] = UnixNano(meters_.began_);
    point["timeUnixNano"] = UnixNano(now_);
    return point;
  }

  void Add(std::string_view name, std::string_view unit, std::string_view kind, Json body) {
    if (body["dataPoints"].empty()) return;
    Json metric = {{"name", name}, {"unit", unit}};
    metric[std::string(kind)] = std::move(body);
    metrics_.push_back(std::move(metric));
  }

  const Meters& meters_;
  const WallTime now_;
  const bool new_names_;
  Json metrics_ = Json::array();
};

Json Meters::Write(WallTime now, const Options& options) const {
  if (series_.empty()) return {};
  Writer writer(*this, now, options.conventions);
  if (options.conventions == Conventions::kSemconv136) {
    writer.Seconds("gen_ai.client.operation.duration", &Series::duration);
    writer.Seconds("gen_ai.server.time_to_first_token", &Series::first_chunk);
    writer.Sizes("gen_ai.client.token.usage", "{token}",
                 {{"input", &Series::input_size}, {"output", &Series::output_size}});
    return writer.Take();
  }
  writer.Seconds("gen_ai.client.inference.duration", &Series::duration);
  writer.Seconds("gen_ai.client.inference.time_to_first_chunk", &Series::first_chunk);
  writer.Seconds("gen_ai.client.inference.time_per_output_chunk", &Series::each_chunk);
  writer.Sizes("gen_ai.client.inference.operation.input_tokens", "{token}",
               {{"", &Series::input_size}});
  writer.Sizes("gen_ai.client.inference.operation.output_tokens", "{token}",
               {{"", &Series::output_size}});
  const std::string usage = "gen_ai.client.inference.usage.";
  writer.Tokens(usage + "input_tokens", &Series::input);
  writer.Tokens(usage + "output_tokens", &Series::output);
  writer.Tokens(usage + "cache_read.input_tokens", &Series::cached);
  writer.Tokens(usage + "reasoning.output_tokens", &Series::thoughts);
  return writer.Take();
}

}  // namespace agm::telemetry
