#include "core/ledger/statistics.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/core/ledger/entries.h"

namespace agm::ledger {
namespace {

using namespace std::chrono_literals;

Totals TwoDays() {
  Totals totals;
  const auto add = [&](WallTime at, const std::string& caller, Nano list) {
    Entry entry = Answered(at);
    entry.caller = caller;
    entry.cost = {list, list / 2};
    totals[KeyOf(entry)].Add(entry);
  };
  add(kNoon, "laptop", 10);
  add(kNoon + 1h, "laptop", 20);
  add(kNoon + 1h, "ci", 40);
  add(kNoon + 24h, "ci", 80);
  return totals;
}

std::string DayOf(WallTime at) { return at < kNoon + 12h ? "first" : "second"; }

TEST(Statistics, AddUpByColumnsAndSpans) {
  const Statistics callers = Summarize(TwoDays(), {By::kCaller});
  ASSERT_EQ(callers.rows.size(), 2U);
  EXPECT_EQ(callers.rows.at({"laptop"}).list, 30);
  EXPECT_EQ(callers.rows.at({"ci"}).list, 120);
  EXPECT_EQ(callers.total.list, 150);
  EXPECT_FALSE(callers.buckets);
  const Statistics days = Summarize(TwoDays(), {}, &DayOf);
  ASSERT_EQ(days.rows.size(), 2U);
  EXPECT_TRUE(days.buckets);
  EXPECT_EQ(days.rows.at({"first"}).list, 70);
  EXPECT_EQ(days.rows.at({"second"}).list, 80);
  const Statistics both = Summarize(TwoDays(), {By::kCaller, By::kModel, By::kAccount}, &DayOf);
  ASSERT_EQ(both.rows.size(), 3U);
  EXPECT_EQ(both.rows.at({"first", "ci", "gemini-2.5-flash", "work"}).list, 40);
}

TEST(Statistics, NameASpanOncePerQuarter) {
  int named = 0;
  Summarize(TwoDays(), {By::kCaller}, [&](WallTime at) {
    ++named;
    return DayOf(at);
  });
  EXPECT_EQ(named, 3);
}

TEST(Statistics, WithoutColumnsAndSpansThereIsOnlyTheTotal) {
  const Statistics all = Summarize(TwoDays(), {});
  EXPECT_TRUE(all.rows.empty());
  EXPECT_EQ(all.total.requests, 4);
}

TEST(Statistics, OfASumSayEachFigure) {
  Sums sums;
  sums.requests = 1;
  sums.errors = 2;
  sums.cancelled = 3;
  sums.tokens.input = 4;
  sums.tokens.cached = 5;
  sums.tokens.output = 6;
  sums.tokens.thoughts = 7;
  sums.billed = 8'000'000'000;
  sums.list = 9'500'000'000;
  sums.unpriced = 10;
  EXPECT_EQ(ToJson(sums), (Json{{"requests", 1},
                                {"errors", 2},
                                {"cancelled", 3},
                                {"input_tokens", 4},
                                {"cached_tokens", 5},
                                {"output_tokens", 6},
                                {"reasoning_tokens", 7},
                                {"cost_billed_usd", 8.0},
                                {"cost_list_usd", 9.5},
                                {"unpriced", 10}}));
}

TEST(Statistics, AreWrittenWithSpanAndColumnsFirst) {
  const Json json = ToJson(Summarize(TwoDays(), {By::kCaller, By::kAccount}, &DayOf), WallTime(0s),
                           WallTime(1s), "Europe/Berlin");
  EXPECT_EQ(json["since"], "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(json["until"], "1970-01-01T00:00:01.000Z");
  EXPECT_EQ(json["time_zone"], "Europe/Berlin");
  EXPECT_EQ(json["total"]["requests"], 4);
  ASSERT_EQ(json["rows"].size(), 3U);
  EXPECT_EQ(json["rows"][0]["bucket"], "first");
  EXPECT_EQ(json["rows"][0]["caller"], "ci");
  EXPECT_EQ(json["rows"][0]["account"], "work");
  EXPECT_EQ(json["rows"][0]["requests"], 1);
  EXPECT_EQ(json["rows"][2]["bucket"], "second");
  const Json total = ToJson(Summarize(TwoDays(), {}), WallTime(0s), WallTime(1s), "UTC");
  EXPECT_EQ(total["rows"], Json::array());
}

}  // namespace
}  // namespace agm::ledger
