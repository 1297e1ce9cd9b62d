#include "core/telemetry/meters.h"

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <string>

namespace agm::telemetry {
namespace {

using namespace std::chrono_literals;

ledger::Entry EntryOf(const std::string& target) {
  ledger::Entry entry;
  entry.route = "chat_completions";
  entry.calls_model = true;
  entry.status = 200;
  entry.target = target;
  entry.account = "work";
  entry.total = 30ms;
  entry.tokens = {100, 40, 50, 10, 20, 5, 0, 30, true};
  return entry;
}

ledger::Entry Failed() {
  ledger::Entry entry = EntryOf("gemini-2.5-flash");
  entry.status = 429;
  entry.error = "rate_limited";
  entry.tokens = {};
  return entry;
}

std::string AttributeOf(const Json& point, std::string_view name) {
  for (const Json& each : point["attributes"]) {
    if (each["key"] == name) return each["value"]["stringValue"].get<std::string>();
  }
  return {};
}

/// The sums of a counter by modality.
std::map<std::string, std::string> ByModality(const Json& metrics, std::string_view name) {
  std::map<std::string, std::string> sums;
  for (const Json& metric : metrics) {
    if (metric["name"] != name) continue;
    for (const Json& point : metric["sum"]["dataPoints"]) {
      sums[AttributeOf(point, "gen_ai.token.modality")] = point["asInt"].get<std::string>();
    }
  }
  return sums;
}

Json Find(const Json& metrics, std::string_view name) {
  for (const Json& metric : metrics) {
    if (metric["name"] == name) return metric;
  }
  return {};
}

using Sums = std::map<std::string, std::string>;

TEST(Meters, CountTokensByTheirKind) {
  Meters meters{WallTime()};
  meters.Count(EntryOf("gemini-2.5-flash"), {});
  meters.Count(EntryOf("gemini-2.5-flash"), {});
  const Json metrics = meters.Write(WallTime(1s), {});
  const std::string usage = "gen_ai.client.inference.usage.";
  EXPECT_EQ(ByModality(metrics, usage + "input_tokens"),
            (Sums{{"text", "150"}, {"audio", "40"}, {"image", "10"}}));
  EXPECT_EQ(ByModality(metrics, usage + "output_tokens"), (Sums{{"text", "40"}, {"image", "60"}}));
  EXPECT_EQ(ByModality(metrics, usage + "cache_read.input_tokens"), (Sums{{"unknown", "80"}}));
  EXPECT_EQ(ByModality(metrics, usage + "reasoning.output_tokens"), (Sums{{"unknown", "20"}}));
}

TEST(Meters, AFailedRequestCountsNoTokensOfNoKnownKind) {
  Meters meters{WallTime()};
  meters.Count(Failed(), {});
  const Json metrics = meters.Write(WallTime(1s), {});
  EXPECT_EQ(ByModality(metrics, "gen_ai.client.inference.usage.input_tokens"),
            (Sums{{"unknown", "0"}}));
  const Json duration = Find(metrics, "gen_ai.client.inference.duration");
  EXPECT_EQ(AttributeOf(duration["histogram"]["dataPoints"][0], "error.type"), "rate_limited");
}

TEST(Meters, HistogramsHaveTheBoundsOfTheConventions) {
  Meters meters{WallTime()};
  meters.Count(EntryOf("gemini-2.5-flash"), {});
  const Json metrics = meters.Write(WallTime(1s), {});
  const Json seconds =
      Find(metrics, "gen_ai.client.inference.duration")["histogram"]["dataPoints"][0];
  EXPECT_EQ(seconds["explicitBounds"].size(), 14U);
  EXPECT_EQ(seconds["explicitBounds"].front(), 0.01);
  EXPECT_EQ(seconds["explicitBounds"].back(), 81.92);
  EXPECT_EQ(seconds["bucketCounts"][2], "1") << "30 ms are above 20 and not above 40";
  const Json tokens =
      Find(metrics, "gen_ai.client.inference.operation.input_tokens")["histogram"]["dataPoints"][0];
  EXPECT_EQ(tokens["explicitBounds"].back(), 67108864.0);
  EXPECT_EQ(tokens["bucketCounts"][4], "1") << "100 tokens are above 64 and not above 256";
}

TEST(Meters, OlderConventionsHaveTheirOwnNames) {
  Options options;
  options.conventions = Conventions::kSemconv136;
  options.default_provider = "gcp.gemini";
  Meters meters{WallTime()};
  meters.Count(EntryOf("gemini-2.5-flash"), options);
  const Json metrics = meters.Write(WallTime(1s), options);
  const Json usage = Find(metrics, "gen_ai.client.token.usage")["histogram"]["dataPoints"];
  ASSERT_EQ(usage.size(), 2U);
  EXPECT_EQ(AttributeOf(usage[0], "gen_ai.token.type"), "input");
  EXPECT_EQ(AttributeOf(usage[1], "gen_ai.token.type"), "output");
  EXPECT_EQ(AttributeOf(usage[0], "gen_ai.system"), "gcp.gemini");
  EXPECT_TRUE(Find(metrics, "gen_ai.client.inference.duration").is_null());
}

TEST(Meters, InventedModelsDoNotGrowThemWithoutEnd) {
  Meters meters{WallTime()};
  for (int i = 0; i < 2000; ++i) meters.Count(EntryOf("model-" + std::to_string(i)), {});
  const Json metrics = meters.Write(WallTime(1s), {});
  const Json points = Find(metrics, "gen_ai.client.inference.duration")["histogram"]["dataPoints"];
  EXPECT_LE(points.size(), 513U);
}

TEST(Meters, CountEachChunkAfterTheFirst) {
  Meters meters(WallTime{});
  ledger::Entry entry = EntryOf("gemini-2.5-flash");
  entry.stream = true;
  entry.first_byte = 100ms;
  entry.call.chunks = 5;
  entry.call.first_chunk = 100ms;
  entry.call.last_chunk = 180ms;
  meters.Count(entry, {});
  entry.call.chunks = 1;
  meters.Count(entry, {});
  const Json metric =
      Find(meters.Write(WallTime{}, {}), "gen_ai.client.inference.time_per_output_chunk");
  const Json& point = metric["histogram"]["dataPoints"][0];
  EXPECT_EQ(metric["unit"], "s");
  EXPECT_EQ(point["count"], "4");
  EXPECT_NEAR(point["sum"].get<double>(), 0.08, 1e-9);
  EXPECT_EQ(point["bucketCounts"][1], "4") << "each took 20 ms";
}

}  // namespace
}  // namespace agm::telemetry
