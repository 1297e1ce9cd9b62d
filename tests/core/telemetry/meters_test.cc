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

TEST(Meters, CountNothingOfARouteWithoutAModel) {
  Meters meters{WallTime()};
  ledger::Entry entry = EntryOf("gemini-2.5-flash");
  entry.calls_model = false;
  meters.Count(entry, {});
  EXPECT_TRUE(meters.Write(WallTime(1s), {}).is_null());
}

TEST(Meters, CountAModelThatWasNotFoundAsOther) {
  Meters meters{WallTime()};
  ledger::Entry entry = EntryOf("invented");
  entry.status = 404;
  entry.error = "model_not_found";
  meters.Count(entry, {});
  entry = EntryOf("");
  meters.Count(entry, {});
  const Json points = Find(meters.Write(WallTime(1s), {}),
                           "gen_ai.client.inference.duration")["histogram"]["dataPoints"];
  ASSERT_EQ(points.size(), 2U);
  EXPECT_EQ(AttributeOf(points[0], "gen_ai.request.model"), "other");
  EXPECT_EQ(AttributeOf(points[1], "gen_ai.request.model"), "other");
}

TEST(Meters, CountTheFirstChunkOfStreamsThatSentOne) {
  const auto counted = [](bool stream, std::chrono::microseconds first_byte) {
    Meters meters{WallTime()};
    ledger::Entry entry = EntryOf("gemini-2.5-flash");
    entry.stream = stream;
    entry.first_byte = first_byte;
    meters.Count(entry, {});
    return !Find(meters.Write(WallTime(1s), {}), "gen_ai.client.inference.time_to_first_chunk")
                .is_null();
  };
  EXPECT_TRUE(counted(true, 5ms));
  EXPECT_TRUE(counted(true, 0us));
  EXPECT_FALSE(counted(true, -1us));
  EXPECT_FALSE(counted(false, 5ms));
}

TEST(Meters, PutAValueOnABoundBelowIt) {
  Meters meters{WallTime()};
  for (const auto total : {10ms, 20ms, 200'000ms}) {
    ledger::Entry entry = EntryOf("gemini-2.5-flash");
    entry.total = total;
    meters.Count(entry, {});
  }
  const Json metric = Find(meters.Write(WallTime(1s), {}), "gen_ai.client.inference.duration");
  const Json point = metric["histogram"]["dataPoints"][0];
  EXPECT_EQ(point["count"], "3");
  EXPECT_NEAR(point["sum"].get<double>(), 200.03, 1e-9);
  EXPECT_EQ(point["bucketCounts"].size(), 15U);
  EXPECT_EQ(point["bucketCounts"][0], "1");
  EXPECT_EQ(point["bucketCounts"][1], "1");
  EXPECT_EQ(point["bucketCounts"][14], "1");
  EXPECT_EQ(metric["histogram"]["aggregationTemporality"], 2);
}

TEST(Meters, PointsSaySinceWhenAndOfWhatTheyCount) {
  Options options;
  options.providers["work"] = "gcp.vertex_ai";
  Meters meters{WallTime(1s)};
  meters.Count(EntryOf("gemini-2.5-flash"), options);
  const Json metrics = meters.Write(WallTime(3s), options);
  const Json metric = Find(metrics, "gen_ai.client.inference.usage.input_tokens");
  EXPECT_EQ(metric["unit"], "{token}");
  EXPECT_EQ(metric["sum"]["aggregationTemporality"], 2);
  EXPECT_EQ(metric["sum"]["isMonotonic"], true);
  const Json point = metric["sum"]["dataPoints"][0];
  EXPECT_EQ(point["startTimeUnixNano"], "1000000000");
  EXPECT_EQ(point["timeUnixNano"], "3000000000");
  EXPECT_EQ(AttributeOf(point, "gen_ai.operation.name"), "chat");
  EXPECT_EQ(AttributeOf(point, "gen_ai.provider.name"), "gcp.vertex_ai");
  EXPECT_EQ(AttributeOf(point, "gen_ai.request.model"), "gemini-2.5-flash");
  EXPECT_EQ(AttributeOf(point, "error.type"), "");
}

TEST(Meters, TheMostSeriesStayApartFromTheRest) {
  Meters meters{WallTime()};
  for (int i = 0; i < 512; ++i) meters.Count(EntryOf("model-" + std::to_string(i)), {});
  meters.Count(EntryOf("model-7"), {});
  meters.Count(EntryOf("model-512"), {});
  const Json metric = Find(meters.Write(WallTime(1s), {}), "gen_ai.client.inference.duration");
  std::map<std::string, std::string> counts;
  for (const Json& point : metric["histogram"]["dataPoints"]) {
    counts[AttributeOf(point, "gen_ai.request.model")] = point["count"].get<std::string>();
  }
  EXPECT_EQ(counts.size(), 513U);
  EXPECT_EQ(counts["model-7"], "2");
  EXPECT_EQ(counts["other"], "1");
  EXPECT_FALSE(counts.contains("model-512"));
}

TEST(Meters, EachSetOfConventionsHasItsOwnMetrics) {
  ledger::Entry entry = EntryOf("gemini-2.5-flash");
  entry.stream = true;
  entry.first_byte = 10ms;
  entry.call.chunks = 3;
  entry.call.first_chunk = 10ms;
  entry.call.last_chunk = 30ms;
  Meters meters{WallTime()};
  meters.Count(entry, {});
  const auto names = [&](Conventions conventions) {
    Options options;
    options.conventions = conventions;
    std::map<std::string, std::string> units;
    for (const Json& metric : meters.Write(WallTime(1s), options)) {
      units[metric["name"].get<std::string>()] = metric["unit"].get<std::string>();
    }
    return units;
  };
  EXPECT_EQ(names(Conventions::kSemconv136), (Sums{{"gen_ai.client.operation.duration", "s"},
                                                   {"gen_ai.server.time_to_first_token", "s"},
                                                   {"gen_ai.client.token.usage", "{token}"}}));
  const std::string client = "gen_ai.client.inference.";
  EXPECT_EQ(names(Conventions::kGenAi01),
            (Sums{{client + "duration", "s"},
                  {client + "time_to_first_chunk", "s"},
                  {client + "time_per_output_chunk", "s"},
                  {client + "operation.input_tokens", "{token}"},
                  {client + "operation.output_tokens", "{token}"},
                  {client + "usage.input_tokens", "{token}"},
                  {client + "usage.output_tokens", "{token}"},
                  {client + "usage.cache_read.input_tokens", "{token}"},
                  {client + "usage.reasoning.output_tokens", "{token}"}}));
}

}  // namespace
}  // namespace agm::telemetry
