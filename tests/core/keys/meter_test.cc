#include "core/keys/meter.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace agm::keys {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;
using std::chrono::year;

constexpr const char* kModel = "gemini-2.5-flash";  // 0.30 and 2.50 dollars per million tokens
const WallTime kNoon = sys_days(year(2026) / 11 / 28) + 12h;

/// A key's meter with a clock that the test moves.
struct Bench {
  std::shared_ptr<Meter> meter = std::make_shared<Meter>("ci");
  Limits limits;
  TimeZone zone = TimeZone::Utc();
  WallTime wall = kNoon;
  TimePoint now{1000s};
  Standing standing;

  Result<Reservation> Take(std::int64_t input = 100, std::int64_t output = 100) {
    return Meter::Take(meter, limits, zone, {kModel, input, output, 1}, wall, now, standing);
  }
  void Pass(Duration time) {
    wall += time;
    now += time;
  }
  static ledger::Tokens Tokens(std::int64_t input, std::int64_t output) {
    ledger::Tokens tokens;
    tokens.input = input;
    tokens.output = output;
    tokens.known = true;
    return tokens;
  }
  static ledger::Cost CostOf(const ledger::Tokens& tokens, WallTime at) {
    ledger::Entry entry;
    entry.at = at;
    entry.target = kModel;
    entry.tokens = tokens;
    entry.billing = ledger::Billing::kPaid;
    return ledger::CostOf(ledger::ListPrices(), entry);
  }
  /// Ends the request, and lets the ledger count it.
  void Settle(Reservation place, std::int64_t input, std::int64_t output) {
    const auto tokens = Tokens(input, output);
    const auto cost = CostOf(tokens, wall);
    place.End(tokens, cost, now);
    meter->Count(zone, wall, AmountOf(tokens, cost));
  }
};

TEST(Meter, AdmitsSoManyRequestsInAnySixtySeconds) {
  Bench bench;
  bench.limits.requests_per_minute = 3;
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(bench.Take());
    bench.Pass(10s);
  }
  const auto refused = bench.Take();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kRateLimited);
  EXPECT_EQ(refused.error().quota, "RequestsPerMinutePerKey");
  EXPECT_GE(refused.error().retry_after_ms, 30'000);
  EXPECT_LE(refused.error().retry_after_ms, 31'000);
  EXPECT_EQ(bench.meter->Refused(Limit::kRequests), 1U);
  ASSERT_TRUE(bench.standing.requests);
  EXPECT_EQ(bench.standing.requests->remaining, 0);
  bench.Pass(Duration(refused.error().retry_after_ms));
  EXPECT_TRUE(bench.Take());
}

TEST(Meter, CorrectsTheTokensOfAMinuteByTheActualOnes) {
  Bench bench;
  bench.limits.tokens_per_minute = 1'000;
  auto first = bench.Take(100, 800);
  ASSERT_TRUE(first);
  EXPECT_FALSE(bench.Take(100, 100));
  bench.Pass(30s);
  bench.Settle(*std::move(first), 100, 50);
  auto second = bench.Take(100, 700);
  ASSERT_TRUE(second);
  EXPECT_EQ(bench.standing.tokens->remaining, 50);
  // The correction expires with the request that it corrects: nothing is given away later.
  bench.Pass(32s);
  EXPECT_FALSE(bench.Take(100, 150));
  EXPECT_TRUE(bench.Take(100, 100));
}

TEST(Meter, ARequestAboveTheLimitItselfWaitsUntilNothingElseIsCounted) {
  Bench bench;
  bench.limits.tokens_per_minute = 100;
  auto first = bench.Take(10, 10);
  ASSERT_TRUE(first);
  EXPECT_FALSE(bench.Take(500, 500));
  bench.Pass(61s);
  EXPECT_TRUE(bench.Take(500, 500));
}

TEST(Meter, HoldsParallelRequestsUntilTheyEnd) {
  Bench bench;
  bench.limits.parallel = 2;
  auto first = bench.Take();
  auto second = bench.Take();
  const auto third = bench.Take();
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error().retry_after_ms, 1'000);
  first->End({}, {}, bench.now);
  EXPECT_TRUE(bench.Take());
  { const Reservation gone = *std::move(second); }
  EXPECT_EQ(bench.meter->Now(bench.limits, bench.zone, bench.wall, bench.now).running, 0);
}

TEST(Meter, ABudgetEndsWithItsDayOrMonth) {
  Bench bench;
  bench.limits.budget = {100'000, std::nullopt};
  bench.Settle(*bench.Take(), 100, 100);  // 280 micro-dollars
  const auto refused = bench.Take();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kBudgetSpent);
  EXPECT_EQ(refused.error().quota, "CostPerDayPerKey");
  EXPECT_EQ(refused.error().retry_after_ms, 12 * 3'600'000);
  EXPECT_NE(refused.error().message.find("2026-11-29 00:00 UTC"), std::string::npos);
  bench.Pass(12h - 1ms);
  EXPECT_FALSE(bench.Take());
  bench.Pass(1ms);
  EXPECT_TRUE(bench.Take());
  // A clock that is set back finds the old sum again.
  bench.wall -= 1ms;
  EXPECT_FALSE(bench.Take());
}

TEST(Meter, AMonthThatIsUsedUpIsToldBeforeADay) {
  Bench bench;
  bench.limits.tokens = {100, 150};
  bench.Settle(*bench.Take(), 100, 100);
  const auto refused = bench.Take();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().quota, "TokensPerMonthPerKey");
  EXPECT_EQ(refused.error().retry_after_ms, 60 * 3'600'000);
}

TEST(Meter, ChangingABudgetChangesNothingButTheComparison) {
  Bench bench;
  bench.limits.budget = {100'000, std::nullopt};
  bench.Settle(*bench.Take(), 100, 100);
  EXPECT_FALSE(bench.Take());
  bench.limits.budget.day = 10'000'000;
  EXPECT_TRUE(bench.Take());
  bench.limits.budget.day = 0;
  EXPECT_FALSE(bench.Take());
}

TEST(Meter, ABilledBudgetCountsNothingOnFreeAccounts) {
  Bench bench;
  bench.limits.budget = {300'000, std::nullopt};
  bench.limits.budget_of = config::BudgetOf::kBilled;
  for (int i = 0; i < 10; ++i) {
    auto place = bench.Take();
    ASSERT_TRUE(place);
    ledger::Cost cost = Bench::CostOf(Bench::Tokens(100, 100), bench.wall);
    cost.billed = 0;
    place->End(Bench::Tokens(100, 100), cost, bench.now);
    bench.meter->Count(bench.zone, bench.wall, AmountOf(Bench::Tokens(100, 100), cost));
  }
}

TEST(Meter, ExpectsWhatAnswersUsuallyHaveWhereTheRequestDoesNotSay) {
  Bench bench;
  bench.limits.tokens = {1'000'000, std::nullopt};
  const auto estimate = [&] {
    auto place = Meter::Take(bench.meter, bench.limits, bench.zone, {kModel, 0, std::nullopt, 1},
                             bench.wall, bench.now, bench.standing);
    return bench.standing.tokens_day->used;
  };
  EXPECT_EQ(estimate(), 1024);
  const auto answer = [&](std::int64_t tokens) {
    bench.Take(0, 10)->End(Bench::Tokens(0, tokens), {}, bench.now);
  };
  for (int i = 0; i < 100; ++i) answer(i < 95 ? 60 : 5'000);
  EXPECT_EQ(estimate(), 64) << "95 of 100 had no more";
  answer(5'000);
  EXPECT_EQ(estimate(), 8'192) << "95 of 101 had no more";
}

TEST(Meter, SurvivesHostileNumbers) {
  Bench bench;
  bench.limits.budget = {1'000'000'000, std::nullopt};
  bench.limits.tokens_per_minute = 1'000;
  bench.limits.tokens = {std::nullopt, 1'000'000'000'000};
  for (const std::int64_t hostile : {INT64_MIN, std::int64_t{-1}, INT64_MAX}) {
    auto place =
        Meter::Take(bench.meter, bench.limits, bench.zone, {kModel, hostile, hostile, hostile},
                    bench.wall, bench.now, bench.standing);
    if (place) bench.Settle(*std::move(place), hostile, hostile);
    bench.Pass(120s);
  }
  const auto standing = bench.meter->Now(bench.limits, bench.zone, bench.wall, bench.now);
  EXPECT_GE(standing.budget_day->used, 0);
  EXPECT_GE(standing.tokens_month->used, 0);
}

// The usage that two public bug reports quote (BerriAI/litellm #14849, LibreChat #12855): programs
// that paid cached tokens twice found 0.76 instead of 0.18 dollars for the first. Above 200,000
// tokens the model's long prices hold: (5,005 * 2.50 + 257,955 * 0.25 + 1,744 * 15) per million.
TEST(Meter, TheAmountsOfPublicBugReportsCountOnce) {
  struct Case {
    std::string_view model;
    ledger::Tokens tokens;
    ledger::Nano cost;
  };
  const Case cases[] = {
      {"gemini-2.5-pro", {262'960, 257'955, 1'744, 0, 0, 0, 0, 0, true}, 103'161'250},
      {"gemini-2.5-flash", {11'125, 7'441, 429, 409, 0, 0, 0, 0, true}, 2'400'930},
  };
  for (const Case& each : cases) {
    Bench bench;
    bench.limits.budget = {each.cost, std::nullopt};
    auto place = Meter::Take(bench.meter, bench.limits, bench.zone, {each.model, 1, 1, 1},
                             bench.wall, bench.now, bench.standing);
    ASSERT_TRUE(place);
    ledger::Entry entry;
    entry.at = bench.wall;
    entry.target = each.model;
    entry.tokens = each.tokens;
    const auto cost = ledger::CostOf(ledger::ListPrices(), entry);
    place->End(entry.tokens, cost, bench.now);
    bench.meter->Count(bench.zone, bench.wall, AmountOf(entry.tokens, cost));
    *place = Reservation();
    EXPECT_EQ(bench.meter->Spent(DayOf(bench.zone, bench.wall)).list, each.cost);
    EXPECT_FALSE(bench.Take()) << "the budget is spent to the last nano-dollar";
    bench.limits.budget.day = each.cost + 1'000'000;
    EXPECT_TRUE(bench.Take());
  }
}

// 64 threads spend as fast as they can. Each answer costs up to twice its estimate, so the bound is
// what 64 requests in flight can cost more than estimated.
TEST(Meter, ManyThreadsOvershootABudgetByNoMoreThanWhatIsInFlight) {
  constexpr int kThreads = 64;
  constexpr std::int64_t kBudget = 50'000'000;  // five cents
  Bench bench;
  bench.limits.budget = {kBudget, std::nullopt};
  const auto estimate = Bench::CostOf(Bench::Tokens(100, 100), bench.wall).list.value_or(0);
  const auto actual = Bench::CostOf(Bench::Tokens(200, 200), bench.wall).list.value_or(0);
  std::atomic<std::int64_t> spent = 0;
  std::atomic<int> admitted = 0;
  std::vector<std::jthread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int refused = 0; refused < 50;) {
        Standing standing;
        auto place = Meter::Take(bench.meter, bench.limits, bench.zone, {kModel, 100, 100, 1},
                                 bench.wall, bench.now, standing);
        if (!place) {
          ++refused;
          std::this_thread::yield();
          continue;
        }
        std::this_thread::yield();
        ++admitted;
        spent += actual;
        bench.Settle(*std::move(place), 200, 200);
      }
    });
  }
  threads.clear();
  const std::int64_t overshoot = spent - kBudget;
  std::printf("%d requests, overshoot %lld nano-dollars, bound %lld\n", admitted.load(),
              static_cast<long long>(overshoot),
              static_cast<long long>(kThreads * (actual - estimate)));
  EXPECT_GE(spent + actual, kBudget);
  EXPECT_LE(overshoot, kThreads * (actual - estimate));
  EXPECT_EQ(bench.meter->Spent(DayOf(bench.zone, bench.wall)).list, spent);
}

// The same with exact estimates: nothing is overspent but by one request that was alone.
TEST(Meter, ManyThreadsWithExactEstimatesDoNotOverspend) {
  constexpr std::int64_t kTokens = 100'000;
  Bench bench;
  bench.limits.tokens = {kTokens, std::nullopt};
  std::atomic<std::int64_t> spent = 0;
  std::vector<std::jthread> threads;
  for (int t = 0; t < 64; ++t) {
    threads.emplace_back([&] {
      for (int refused = 0; refused < 50;) {
        Standing standing;
        auto place = Meter::Take(bench.meter, bench.limits, bench.zone, {kModel, 70, 60, 1},
                                 bench.wall, bench.now, standing);
        if (!place) {
          ++refused;
          std::this_thread::yield();
          continue;
        }
        spent += 130;
        bench.Settle(*std::move(place), 70, 60);
      }
    });
  }
  threads.clear();
  EXPECT_LE(spent, kTokens + 130);
  EXPECT_GE(spent, kTokens - 130);
}

// A week of requests, one every eleven minutes, over a change of the clocks and a turn of the
// month. An independent sum by the calendar of each zone says what every request must see.
TEST(Meter, AWeekOfTrafficAgreesWithTheCalendarOfThreeZones) {
  for (const char* name : {"Europe/Berlin", "America/Los_Angeles", "Pacific/Chatham"}) {
    const auto zone = TimeZone::Find(name);
    if (!zone) GTEST_SKIP() << "this machine has no tz database";
    Bench bench;
    bench.zone = *zone;
    bench.limits.tokens = {5'000, 20'000};
    bench.wall = sys_days(year(2026) / 10 / 24) + 3h;
    std::map<std::chrono::sys_days, std::int64_t> days;
    std::map<std::chrono::sys_days, std::int64_t> months;
    int refused = 0;
    for (int i = 0; i < 7 * 24 * 60 / 11 + 400; ++i) {
      const auto local = bench.wall + zone->OffsetAt(bench.wall);
      const std::chrono::year_month_day date{floor<std::chrono::days>(local)};
      std::int64_t& day = days[sys_days(date)];
      std::int64_t& month = months[sys_days(date.year() / date.month() / 1)];
      const bool fits = day < 5'000 && month < 20'000;
      auto place = bench.Take(60, 40);
      ASSERT_EQ(place.has_value(), fits) << name << " request " << i;
      if (place) {
        bench.Settle(*std::move(place), 60, 40);
        day += 100;
        month += 100;
      } else {
        ++refused;
        const WallTime again = bench.wall + Duration(place.error().retry_after_ms);
        const auto then = again + zone->OffsetAt(again);
        EXPECT_NE(floor<std::chrono::days>(then), floor<std::chrono::days>(local));
      }
      bench.Pass(11min);
    }
    EXPECT_GT(refused, 100) << name;
  }
}

}  // namespace
}  // namespace agm::keys
