#include "core/ledger/entry_json.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace agm::ledger {
namespace {

using namespace std::chrono_literals;

Entry Full() {
  Entry entry;
  entry.at = WallTime(1'795'262'400'007ms);
  entry.id = "the-id";
  entry.route = "chat_completions";
  entry.method = "POST";
  entry.path = "/v1/chat/completions";
  entry.status = 429;
  entry.error = "rate_limited";
  entry.why = "every account is rate limited";
  entry.caller = "laptop";
  entry.client = "codex/0.169.0";
  entry.model = "gpt-4o";
  entry.target = "gemini-2.5-flash";
  entry.account = "work";
  entry.tries = 2;
  entry.first_byte = 1'500us;
  entry.total = 40'250us;
  entry.upstream = 750us;
  entry.waited = 30ms;
  entry.stream = true;
  entry.tokens = {1000, 200, 100, 40, 0, 0, 0, 0, true};
  entry.cost = {550'000, 0};
  entry.ended_by = "gateway";
  entry.phase = "done";
  entry.trace = "0af7651916cd43dd8448eb211c80319c";
  entry.rule = "exact gpt-4o";
  entry.tier = "flex";
  entry.dropped = {"logit_bias"};
  entry.history = {{"home", "a-model", "unavailable", "503", 3ms, 8ms},
                   {"work", "a-model", "ok", "", 0ms, 12ms}};
  return entry;
}

Json FullJson() {
  return {{"time", "2026-11-21T12:00:00.007Z"},
          {"id", "the-id"},
          {"route", "chat_completions"},
          {"method", "POST"},
          {"path", "/v1/chat/completions"},
          {"status", 429},
          {"error", "rate_limited"},
          {"why", "every account is rate limited"},
          {"caller", "laptop"},
          {"client", "codex/0.169.0"},
          {"model", "gpt-4o"},
          {"target", "gemini-2.5-flash"},
          {"account", "work"},
          {"tries", 2},
          {"first_byte_ms", 1.5},
          {"total_ms", 40.25},
          {"waited_ms", 30},
          {"stream", true},
          {"input_tokens", 1000},
          {"cached_tokens", 200},
          {"output_tokens", 100},
          {"reasoning_tokens", 40},
          {"cost_usd", 0.00055},
          {"cost_billed_usd", 0.0},
          {"ended_by", "gateway"},
          {"phase", "done"},
          {"trace_id", "0af7651916cd43dd8448eb211c80319c"}};
}

TEST(EntryJson, NamesAllThatIsKnownOfARequest) { EXPECT_EQ(ToJson(Full()), FullJson()); }

TEST(EntryJson, IsNullWhereAFigureOrTextIsNotKnown) {
  const Json json = ToJson(Entry());
  for (const char* member : {"error", "why", "caller", "client", "model", "target", "account",
                             "first_byte_ms", "input_tokens", "cached_tokens", "output_tokens",
                             "reasoning_tokens", "cost_usd", "cost_billed_usd", "trace_id"}) {
    ASSERT_TRUE(json.contains(member)) << member;
    EXPECT_TRUE(json[member].is_null()) << member;
  }
  EXPECT_EQ(json["total_ms"], 0.0);
  EXPECT_EQ(json["stream"], false);
  EXPECT_EQ(json["time"], "1970-01-01T00:00:00.000Z");
}

TEST(EntryJson, TheHistoryNamesEachAttempt) {
  Json expected = FullJson();
  expected["rule"] = "exact gpt-4o";
  expected["dropped"] = {"logit_bias"};
  expected["upstream_ms"] = 0.75;
  expected["service_tier"] = "flex";
  expected["attempts"] = Json::array({{{"account", "home"},
                                       {"target", "a-model"},
                                       {"outcome", "unavailable"},
                                       {"why", "503"},
                                       {"waited_ms", 3},
                                       {"took_ms", 8}},
                                      {{"account", "work"},
                                       {"target", "a-model"},
                                       {"outcome", "ok"},
                                       {"why", nullptr},
                                       {"waited_ms", 0},
                                       {"took_ms", 12}}});
  EXPECT_EQ(HistoryToJson(Full()), expected);
  const Json none = HistoryToJson(Entry());
  for (const char* member : {"rule", "upstream_ms", "service_tier"}) {
    EXPECT_TRUE(none[member].is_null()) << member;
  }
  EXPECT_EQ(none["attempts"], Json::array());
  EXPECT_EQ(none["dropped"], Json::array());
}

}  // namespace
}  // namespace agm::ledger
