// Limits that the pool knows and respects before the upstream refuses.

#include <gmock/gmock.h>

#include "core/accounts/pace.h"
#include "core/accounts/pacific.h"
#include "tests/core/accounts/pool_fixture.h"

namespace agm::accounts {
namespace {

using upstream::QuotaLimit;

constexpr TimePoint kStart{1000h};

Failure Refusal(Trouble trouble, QuotaLimit told, Duration retry_delay) {
  Failure failure = Of(trouble, retry_delay);
  failure.limits = {told};
  return failure;
}

QuotaLimit PerMinute(std::int64_t limit) {
  return {QuotaLimit::Of::kRequests, QuotaLimit::Per::kMinute, limit};
}

class Foresight : public PoolTest {
 protected:
  /// The number of simultaneous requests, out of `asked`, that get an account.
  int Served(Pool& pool, int asked, std::int64_t tokens = 10) {
    int served = 0;
    for (int i = 0; i < asked; ++i) {
      auto lease = Take(pool);
      if (!lease) continue;
      lease->Report(Success{100ms, tokens});
      ++served;
    }
    return served;
  }
  static config::Account Limited(int config::Account::*quota, int limit) {
    config::Account account = Named("a");
    account.*quota = limit;
    return account;
  }
};

TEST_F(Foresight, ANamedLimitIsNotExceededAgain) {
  Pool pool = Make({Named("a")});
  EXPECT_EQ(Served(pool, 5), 5);
  Break(pool, "a", Refusal(Trouble::kMinuteQuota, PerMinute(5), 20s));
  clock_.Advance(25s);
  EXPECT_EQ(Served(pool, 10), 5);
  const auto refused = Take(pool);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kRateLimited);
  EXPECT_NEAR(refused.error().retry_after_ms, 60'500, 1'000);
  EXPECT_EQ(StatusOf(pool, "a").reason, "minute_quota");
}

TEST_F(Foresight, TheLowestOfSeveralNamedLimitsHolds) {
  Pool pool = Make({Named("a")});
  EXPECT_EQ(Served(pool, 5), 5);
  Failure failure = Refusal(Trouble::kMinuteQuota, PerMinute(9), 20s);
  failure.limits.push_back(PerMinute(5));
  failure.limits.push_back(PerMinute(7));
  Break(pool, "a", failure);
  clock_.Advance(25s);
  EXPECT_EQ(Served(pool, 10), 5);
}

// The answer tells how many tokens the request used, so the pool sees at its end that the minute is
// full.
TEST_F(Foresight, AnAnswerThatFillsTheMinuteStartsTheCooldown) {
  Pool pool = Make({Limited(&config::Account::tokens_per_minute, 1000)});
  auto lease = Take(pool);
  ASSERT_TRUE(lease);
  EXPECT_EQ(StatusOf(pool, "a").state, AccountState::kReady);
  EXPECT_TRUE(StatusOf(pool, "a").cooldowns.empty());
  lease->Report(Success{100ms, 1000});
  ASSERT_EQ(StatusOf(pool, "a").cooldowns.size(), 1U);
  EXPECT_EQ(StatusOf(pool, "a").cooldowns[0].reason, "minute_quota");
}

TEST_F(Foresight, RequestsWaitForRoomWhereItComesInTime) {
  Pool pool = Make({Limited(&config::Account::requests_per_minute, 2)});
  Succeed(pool, "a");
  clock_.Advance(57s);
  Succeed(pool, "a");
  EXPECT_EQ(Given(pool, {}, 5s), "a");
  EXPECT_GE(clock_.slept(), 3s);
  EXPECT_LE(clock_.slept(), 5s);
}

TEST_F(Foresight, ALimitThatContradictsOurCountRefusesNoRequest) {
  Pool pool = Make({Named("a")});
  EXPECT_EQ(Served(pool, 2), 2);  // another program uses the project too
  Break(pool, "a", Refusal(Trouble::kMinuteQuota, PerMinute(10), 20s));
  clock_.Advance(25s);
  EXPECT_EQ(Served(pool, 50), 50);
}

TEST_F(Foresight, AnUnnamedLimitRefusesNoRequest) {
  Pool pool = Make({Named("a")});
  EXPECT_EQ(Served(pool, 5), 5);
  Break(pool, "a", Of(Trouble::kMinuteQuota, 20s));
  clock_.Advance(25s);
  EXPECT_EQ(Served(pool, 50), 50);
}

TEST_F(Foresight, RefusalsThatWereUnderWayTogetherTeachOnce) {
  Pool pool = Make({Named("a")});
  EXPECT_EQ(Served(pool, 5), 5);
  std::vector<Lease> together;
  for (int i = 0; i < 4; ++i) together.push_back(*Take(pool));
  clock_.Advance(1s);
  for (Lease& lease : together) {
    lease.Report(Refusal(Trouble::kMinuteQuota, PerMinute(5), 20s));
    clock_.Advance(10ms);
  }
  clock_.Advance(25s);
  EXPECT_EQ(Served(pool, 10), 5);
}

TEST_F(Foresight, ALearnedLimitIsForgottenAfterSomeHours) {
  Pool pool = Make({Named("a")});
  EXPECT_EQ(Served(pool, 5), 5);
  Break(pool, "a", Refusal(Trouble::kMinuteQuota, PerMinute(5), 20s));
  clock_.Advance(3h);
  EXPECT_EQ(Served(pool, 10), 5);
  clock_.Advance(61min);
  EXPECT_EQ(Served(pool, 10), 10);
}

TEST_F(Foresight, ALimitThatProvesRightAgainIsKnownForLonger) {
  Pool pool = Make({Named("a")});
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(Served(pool, 5), 5);
    Break(pool, "a", Refusal(Trouble::kMinuteQuota, PerMinute(5), 20s));
    clock_.Advance(5h);
  }
  EXPECT_EQ(Served(pool, 10), 5);
  clock_.Advance(4h);
  EXPECT_EQ(Served(pool, 10), 10);
}

TEST_F(Foresight, RecoverForgetsLearnedLimits) {
  Pool pool = Make({Named("a")});
  EXPECT_EQ(Served(pool, 5), 5);
  Break(pool, "a", Refusal(Trouble::kMinuteQuota, PerMinute(5), 20s));
  pool.Recover("a");
  EXPECT_EQ(Served(pool, 10), 10);
}

TEST_F(Foresight, ADeclaredLimitHoldsFromTheFirstRequestOn) {
  Pool pool = Make({Limited(&config::Account::requests_per_minute, 3)});
  EXPECT_EQ(Served(pool, 10), 3);
  clock_.Advance(62s);
  EXPECT_EQ(Served(pool, 10), 3);
}

TEST_F(Foresight, ADeclaredLimitThatIsCorrectedCountsAtOnce) {
  Pool pool = Make({Limited(&config::Account::requests_per_day, 3)});
  EXPECT_EQ(Served(pool, 10), 3);
  pool.Apply(Configured({Limited(&config::Account::requests_per_day, 5)}));
  EXPECT_EQ(Served(pool, 10), 2);
  EXPECT_FALSE(journal_.cooldowns.empty());
  pool.Apply(Configured({Named("a")}));
  EXPECT_TRUE(journal_.cooldowns.empty());
  EXPECT_EQ(Served(pool, 10), 10);
}

TEST_F(Foresight, ADeclaredLimitIsOfEachModelByItself) {
  Pool pool = Make({Limited(&config::Account::requests_per_minute, 1)});
  EXPECT_EQ(Given(pool), "a");
  EXPECT_NE(Given(pool), "a");
  EXPECT_EQ(Given(pool, {}, 0ms, {}, "gemini-3-pro"), "a");
}

TEST_F(Foresight, KeysOfOneProjectShareItsLimits) {
  auto a = Named("a", "p");
  auto b = Named("b", "p");
  a.requests_per_minute = b.requests_per_minute = 4;
  Pool pool = Make({a, b});
  EXPECT_EQ(Served(pool, 10), 4);
}

TEST_F(Foresight, TokensAreCountedByWhatRequestsMostlyTake) {
  Pool pool = Make({Limited(&config::Account::tokens_per_minute, 1000)});
  EXPECT_EQ(Served(pool, 10, 240), 4);  // a fifth one would exceed the limit
  clock_.Advance(62s);
  std::vector<Lease> under_way;
  for (int i = 0; i < 10; ++i) {
    if (auto lease = Take(pool)) under_way.push_back(*std::move(lease));
  }
  EXPECT_EQ(under_way.size(), 4U);  // their real sizes are not known yet
}

TEST_F(Foresight, OfTokensOnlyThoseOfThePromptAreCounted) {
  Pool pool = Make({Limited(&config::Account::tokens_per_minute, 1000)});
  for (int i = 0; i < 9; ++i) Take(pool)->Report(Success{100ms, 5000, 100});
  EXPECT_EQ(Given(pool), "a");
}

TEST_F(Foresight, ADailyLimitLastsUntilMidnightInLosAngelesAndOverARestart) {
  {
    Pool pool = Make({Limited(&config::Account::requests_per_day, 7)});
    EXPECT_EQ(Served(pool, 20), 7);
    EXPECT_EQ(StatusOf(pool, "a").reason, "day_quota");
    EXPECT_EQ(StatusOf(pool, "a").until, NextPacificMidnight(clock_.Wall()));
  }
  Pool again = Make({Limited(&config::Account::requests_per_day, 7)});
  EXPECT_EQ(Served(again, 20), 0);
  clock_.Advance(NextPacificMidnight(clock_.Wall()) - clock_.Wall());
  EXPECT_EQ(Served(again, 20), 7);
}

TEST_F(Foresight, ALimitOfTheDayIsKnownOnTheNext) {
  Pool pool = Make({Named("a")});
  EXPECT_EQ(Served(pool, 7), 7);
  const QuotaLimit day{QuotaLimit::Of::kRequests, QuotaLimit::Per::kDay, 7};
  Break(pool, "a", Refusal(Trouble::kDayQuota, day, 30s));
  clock_.Advance(40s);
  EXPECT_EQ(Served(pool, 3), 3);  // the upstream asked for 30 s only, so the pool tries it again
  clock_.Advance(NextPacificMidnight(clock_.Wall()) - clock_.Wall());
  EXPECT_EQ(Served(pool, 20), 7);
  clock_.Advance(NextPacificMidnight(clock_.Wall()) - clock_.Wall());
  EXPECT_EQ(Served(pool, 20), 20);  // the limit was not confirmed, so it is dropped
}

TEST_F(Foresight, TheNextPriorityServesWhereTheFirstHasUsedItsQuotaUp) {
  config::Account paid = Named("paid");
  paid.priority = 1;
  Pool pool = Make({Limited(&config::Account::requests_per_minute, 2), paid});
  EXPECT_EQ(Given(pool), "a");
  EXPECT_EQ(Given(pool), "a");
  EXPECT_EQ(Given(pool), "paid");
}

TEST(LastMinuteTest, LooksBackSixtySecondsAndNeverLess) {
  LastMinute minute;
  for (int i = 0; i < 60; ++i) minute.Count(kStart + std::chrono::seconds(i) + 900ms, 1);
  EXPECT_EQ(minute.Sum(kStart + 60s), 60);
  EXPECT_EQ(minute.Sum(kStart + 60s + 900ms), 60);
  EXPECT_EQ(minute.Sum(kStart + 90s), 30);
  EXPECT_EQ(minute.Sum(kStart + 10min), 0);
}

TEST(LastMinuteTest, SaysWhenItFallsToWhatIsWanted) {
  LastMinute minute;
  minute.Count(kStart, 3);
  minute.Count(kStart + 20s, 4);
  const TimePoint now = kStart + 30s;
  EXPECT_EQ(minute.FallsTo(7, now), now);
  EXPECT_EQ(minute.FallsTo(6, now), kStart + 61s);
  EXPECT_EQ(minute.FallsTo(4, now), kStart + 61s);
  EXPECT_EQ(minute.FallsTo(0, now), kStart + 81s);
  EXPECT_EQ(minute.Sum(minute.FallsTo(3, now)), 0);
}

TEST(LastMinuteTest, SaysWhenAllHasExpired) {
  LastMinute minute;
  EXPECT_EQ(minute.EmptyAt(kStart), kStart);
  minute.Count(kStart, 3);
  minute.Count(kStart + 20s, 4);
  const TimePoint now = kStart + 30s;
  EXPECT_EQ(minute.EmptyAt(now), minute.FallsTo(0, now));
  EXPECT_EQ(minute.EmptyAt(kStart + 80s), kStart + 81s);
  EXPECT_EQ(minute.EmptyAt(kStart + 81s), kStart + 81s);
}

TEST(LastMinuteTest, ListsItsSecondsFromTheNewestBack) {
  LastMinute minute;
  EXPECT_TRUE(minute.Seconds(kStart).empty());
  minute.Count(kStart, 3);
  minute.Count(kStart + 2s, 4);
  EXPECT_EQ(minute.Seconds(kStart + 3s), (std::vector<std::int64_t>{0, 4, 0, 3}));
  EXPECT_EQ(minute.Seconds(kStart + 61s).size(), 60U);
  EXPECT_TRUE(minute.Seconds(kStart + 63s).empty());
}

TEST(LastMinuteTest, TakesBackWhatTurnedOutToBeLess) {
  LastMinute minute;
  minute.Count(kStart, 1000);
  minute.Count(kStart + 5s, -400);
  EXPECT_EQ(minute.Sum(kStart + 5s), 600);
  EXPECT_EQ(minute.Sum(kStart + 62s), 0);
}

TEST(PaceTest, ForgetsAnUncertainLimitSooner) {
  Pace pace;
  pace.Count(kStart, 10);
  pace.LearnLimit(kStart, kStart, 0, 0);
  pace.Count(kStart, 10);
  EXPECT_GE(pace.Pressure(kStart), 1);
  EXPECT_FALSE(pace.FullUntil(kStart, 1));
  pace.Count(kStart + 11min, 10);
  EXPECT_EQ(pace.Pressure(kStart + 11min), 0);
}

}  // namespace
}  // namespace agm::accounts
