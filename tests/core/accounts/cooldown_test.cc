// The lengths of cooldowns, as seen from outside the pool.

#include <gmock/gmock.h>

#include "core/accounts/pacific.h"
#include "tests/core/accounts/pool_fixture.h"

namespace agm::accounts {
namespace {

class Cooldown : public PoolTest {
 protected:
  /// The remaining cooldown of the account.
  Duration Cooldowns(const Pool& pool, const std::string& name) {
    const auto until = StatusOf(pool, name).until;
    return until ? *until - clock_.Wall() : 0ms;
  }
  /// Makes it fail again as soon as its cooldown has ended.
  void BreakWhenReady(Pool& pool, const std::string& name, const Failure& failure) {
    clock_.Advance(Cooldowns(pool, name));
    Break(pool, name, failure);
  }
};

TEST_F(Cooldown, LastsAsLongAsUpstreamAskedPlusATenthAtMost) {
  for (const Duration asked : {500ms, 4000ms, 36'000ms, 39'043'000ms}) {
    Pool pool(Configured({Named("a")}), clock_, nullptr);
    Break(pool, "a", Of(Trouble::kMinuteQuota, asked));
    const auto lease = Take(pool);
    ASSERT_FALSE(lease);
    EXPECT_GE(lease.error().retry_after_ms, asked.count());
    EXPECT_LE(lease.error().retry_after_ms,
              asked.count() + std::min<Duration>(asked / 10, 1s).count());
  }
}

TEST_F(Cooldown, LastsAsTheTableSaysWhereUpstreamAskedForNothing) {
  Pool pool = Make({Named("a")});
  Break(pool, "a", Of(Trouble::kMinuteQuota));
  EXPECT_GE(Cooldowns(pool, "a"), 60s);
  EXPECT_LE(Cooldowns(pool, "a"), 62s);
}

TEST_F(Cooldown, OfAMinuteQuotaNeverEscalates) {
  Pool pool = Make({Named("a")});
  for (int i = 0; i < 5; ++i) {
    BreakWhenReady(pool, "a", Of(Trouble::kMinuteQuota, 20s));
    EXPECT_LE(Cooldowns(pool, "a"), 22s);
  }
}

TEST_F(Cooldown, ALaterDeadlineIsNeverShortened) {
  Pool pool = Make({Named("a")});
  auto first = Take(pool);
  auto second = Take(pool);
  first->Report(Of(Trouble::kMinuteQuota, 50s));
  second->Report(Of(Trouble::kMinuteQuota, 5s));
  EXPECT_GE(Cooldowns(pool, "a"), 50s);
}

TEST_F(Cooldown, OfAnotherReasonDoesNotShortenEither) {
  Pool pool = Make({Named("a")});
  auto first = Take(pool);
  auto second = Take(pool);
  first->Report(Of(Trouble::kDayQuota, 1h));
  second->Report(Of(Trouble::kMinuteQuota, 5s));
  EXPECT_GE(Cooldowns(pool, "a"), 1h);
  EXPECT_EQ(StatusOf(pool, "a").cooldowns.size(), 2U);
}

TEST_F(Cooldown, TheFirstHitOfADayQuotaLastsAsLongAsTheUpstreamAsked) {
  Pool pool = Make({Named("a")});
  Break(pool, "a", Of(Trouble::kDayQuota, 36s));
  EXPECT_LE(Cooldowns(pool, "a"), 38s);
}

TEST_F(Cooldown, TheSecondHitOfADayQuotaLastsUntilMidnightInLosAngeles) {
  Pool pool = Make({Named("a")});
  Break(pool, "a", Of(Trouble::kDayQuota, 36s));
  clock_.Advance(1min);
  Succeed(pool, "a");  // one success does not reset the strikes of a daily quota
  clock_.Advance(1min);
  Break(pool, "a", Of(Trouble::kDayQuota, 36s));
  EXPECT_EQ(*StatusOf(pool, "a").until, NextPacificMidnight(clock_.Wall()));
}

TEST_F(Cooldown, AHitOfADayQuotaOnTheNextDayIsAFirstOneAgain) {
  Pool pool = Make({Named("a")});
  Break(pool, "a", Of(Trouble::kDayQuota, 36s));
  clock_.Advance(21h);  // past midnight in Los Angeles
  Break(pool, "a", Of(Trouble::kDayQuota, 36s));
  EXPECT_LE(Cooldowns(pool, "a"), 38s);
}

TEST_F(Cooldown, OfADayQuotaLastsUntilMidnightWhereUpstreamAskedForNothing) {
  Pool pool = Make({Named("a")});
  Break(pool, "a", Of(Trouble::kDayQuota));
  EXPECT_EQ(*StatusOf(pool, "a").until, NextPacificMidnight(clock_.Wall()));
}

TEST_F(Cooldown, OfADayQuotaLasts24HoursAtMost) {
  const std::chrono::sys_days day = std::chrono::year(2026) / 11 / 1;  // daylight saving ends
  test::FakeClock clock(day + 7h + 1min);
  Pool pool(Configured({Named("a")}), clock, nullptr);
  auto lease = pool.Take({kModel, {}, {}}, clock.Now(), NeverCancelled());
  lease->Report(Of(Trouble::kDayQuota));
  EXPECT_EQ(*pool.Status()[0].until, clock.Wall() + 24h);
}

TEST_F(Cooldown, RequestsThatWereUnderWayTogetherHitTheWallOnce) {
  Pool pool = Make({Named("a")});
  std::vector<Lease> leases;
  for (int i = 0; i < 8; ++i) leases.push_back(*Take(pool));
  for (Lease& lease : leases) {
    clock_.Advance(10ms);
    lease.Report(Of(Trouble::kDayQuota, 36s));
  }
  EXPECT_LE(Cooldowns(pool, "a"), 38s);
  leases.clear();
}

TEST_F(Cooldown, OfASharedLimitDoublesUpToFiveMinutes) {
  Pool pool = Make({Named("a")});
  for (const Duration expected : {30'000ms, 60'000ms, 120'000ms, 240'000ms, 300'000ms, 300'000ms}) {
    BreakWhenReady(pool, "a", Of(Trouble::kSharedLimit));
    EXPECT_GE(Cooldowns(pool, "a"), expected);
    EXPECT_LE(Cooldowns(pool, "a"), expected + 2s);
  }
}

TEST_F(Cooldown, ASuccessEndsTheDoubling) {
  Pool pool = Make({Named("a")});
  Break(pool, "a", Of(Trouble::kSharedLimit));
  BreakWhenReady(pool, "a", Of(Trouble::kSharedLimit));
  clock_.Advance(62s);
  Succeed(pool, "a");
  Break(pool, "a", Of(Trouble::kSharedLimit));
  EXPECT_LE(Cooldowns(pool, "a"), 32s);
}

TEST_F(Cooldown, InternalErrorsCountOnlyThreeInARow) {
  Pool pool = Make({Named("a")});
  Break(pool, "a", Of(Trouble::kInternal));
  Break(pool, "a", Of(Trouble::kInternal));
  Succeed(pool, "a");
  Break(pool, "a", Of(Trouble::kInternal));
  Break(pool, "a", Of(Trouble::kInternal));
  EXPECT_EQ(StatusOf(pool, "a").ModelsCooling(), 0U);
  Break(pool, "a", Of(Trouble::kInternal));
  EXPECT_EQ(StatusOf(pool, "a").ModelsCooling(), 1U);
  EXPECT_GE(Cooldowns(pool, "a"), 5s);
  EXPECT_LE(Cooldowns(pool, "a"), 10s);
  for (int i = 0; i < 5; ++i) BreakWhenReady(pool, "a", Of(Trouble::kInternal));
  EXPECT_LE(Cooldowns(pool, "a"), 12s);
}

TEST_F(Cooldown, ABreakerLastsTwoSecondsAndFiveAtMost) {
  Pool pool = Make({Named("a")});
  Break(pool, "a", Of(Trouble::kModelOverloaded));
  EXPECT_LE(Cooldowns(pool, "a"), 3s);
  clock_.Advance(3s);
  Break(pool, "a", Of(Trouble::kUnavailable, 30s));
  EXPECT_GE(Cooldowns(pool, "a"), 4s);
  EXPECT_LE(Cooldowns(pool, "a"), 6s);
  EXPECT_TRUE(journal_.cooldowns.empty());  // too short to survive a restart
}

TEST_F(Cooldown, ANetworkThatIsDownIsNoAccountsFault) {
  Pool pool = Make({Named("a"), Named("b")});
  for (int i = 0; i < 5; ++i) {
    Break(pool, "a", Of(Trouble::kNetwork));
    Break(pool, "b", Of(Trouble::kNetwork));
    clock_.Advance(1s);
  }
  EXPECT_EQ(pool.Ready(), 2);
}

TEST_F(Cooldown, StartsWhenOnlyOneAccountHasNoNetwork) {
  Pool pool = Make({Named("a"), Named("b")});
  Break(pool, "a", Of(Trouble::kNetwork));
  clock_.Advance(1s);
  Succeed(pool, "b");
  Break(pool, "a", Of(Trouble::kNetwork));
  EXPECT_EQ(StatusOf(pool, "a").state, AccountState::kCooling);
  EXPECT_EQ(StatusOf(pool, "b").state, AccountState::kReady);
}

TEST_F(Cooldown, DoesNotStartForAnInvalidRequest) {
  Pool pool = Make({Named("a")});
  for (const Trouble trouble : {Trouble::kBadRequest, Trouble::kTooLarge, Trouble::kResourceDenied,
                                Trouble::kUnknownResource, Trouble::kAborted, Trouble::kDeadline}) {
    Break(pool, "a", Of(trouble));
    EXPECT_EQ(StatusOf(pool, "a").state, AccountState::kReady);
  }
}

TEST_F(Cooldown, AfterALongCooldownOneRequestAtATimeTestsTheAccount) {
  Pool pool = Make({Named("a")});
  Break(pool, "a", Of(Trouble::kNotEnabled));
  EXPECT_EQ(StatusOf(pool, "a").state, AccountState::kQuarantined);
  EXPECT_GE(Cooldowns(pool, "a"), 1h);
  clock_.Advance(62min);
  auto probe = Take(pool);
  ASSERT_TRUE(probe);
  const auto meanwhile = Take(pool);
  ASSERT_FALSE(meanwhile);
  EXPECT_EQ(meanwhile.error().retry_after_ms, 1000);
  probe->Report(Success{100ms, 1});
  EXPECT_TRUE(Take(pool));
}

TEST_F(Cooldown, EndsEarlierWhenTheMachineSlept) {
  Pool pool = Make({Named("a")});
  Break(pool, "a", Of(Trouble::kDayQuota, 2h));
  clock_.ShiftWall(3h);  // the monotonic clock stood still meanwhile
  EXPECT_EQ(Given(pool), "a");
}

TEST_F(Cooldown, DoesNotGrowWhenTheCalendarIsSetBack) {
  Pool pool = Make({Named("a")});
  Break(pool, "a", Of(Trouble::kMinuteQuota, 30s));
  clock_.ShiftWall(-24h);
  clock_.Advance(34s);
  EXPECT_EQ(Given(pool), "a");
}

TEST_F(Cooldown, SurvivesARestart) {
  {
    Pool pool = Make({Named("a"), Named("b", "shared"), Named("c", "shared"), Named("d")});
    Break(pool, "a", Of(Trouble::kDayQuota, 1h));
    Break(pool, "b", Of(Trouble::kDayQuota, 1h));
    Break(pool, "d", Of(Trouble::kBadKey));
  }
  clock_.Advance(10min);
  Pool pool = Make({Named("a"), Named("b", "shared"), Named("c", "shared"), Named("d")});
  EXPECT_EQ(StatusOf(pool, "a").reason, "day_quota");
  EXPECT_EQ(StatusOf(pool, "b").reason, "day_quota");
  EXPECT_EQ(StatusOf(pool, "c").reason, "day_quota");
  EXPECT_EQ(StatusOf(pool, "d").reason, "bad_key");
  EXPECT_GE(Cooldowns(pool, "a"), 50min);
  EXPECT_LE(Cooldowns(pool, "a"), 51min);
  EXPECT_EQ(StatusOf(pool, "a").requests, 1);
  clock_.Advance(51min);
  Break(pool, "a", Of(Trouble::kDayQuota, 36s));  // the previous process's strike counts
  EXPECT_EQ(*StatusOf(pool, "a").until, NextPacificMidnight(clock_.Wall()));
}

TEST_F(Cooldown, IsNotInheritedByAnotherKeyOverARestart) {
  {
    Pool pool = Make({Named("a")});
    Break(pool, "a", Of(Trouble::kBadKey));
  }
  auto mended = Named("a");
  mended.api_key = Secret("another");
  Pool pool = Make({mended});
  EXPECT_EQ(StatusOf(pool, "a").state, AccountState::kReady);
}

TEST_F(Cooldown, KeepsNothingSecretInTheJournal) {
  Pool pool = Make({Named("a")});
  Break(pool, "a", Of(Trouble::kBadKey));
  ASSERT_EQ(journal_.cooldowns.size(), 1U);
  EXPECT_THAT(journal_.cooldowns.begin()->second.credential,
              testing::Not(testing::HasSubstr("key-of-a")));
}

}  // namespace
}  // namespace agm::accounts
