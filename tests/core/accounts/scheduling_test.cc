// The choice among the available accounts.

#include <gmock/gmock.h>

#include <set>

#include "tests/core/accounts/pool_fixture.h"

namespace agm::accounts {
namespace {

using config::Scheduling;

class Scheduled : public PoolTest {
 protected:
  /// A successful request of the conversation; returns the account's name.
  std::string Talk(Pool& pool, const std::string& session, Duration patience = 0ms) {
    auto lease = Take(pool, {}, patience, session);
    if (!lease) return lease.error().message;
    lease->Report(Success{100ms, 100});
    return lease->account().name;
  }
  static std::vector<config::Account> Three() { return {Named("a"), Named("b"), Named("c")}; }
};

TEST_F(Scheduled, AConversationKeepsItsAccountAsLongAsItGoesOn) {
  Pool pool = Make({Named("a"), Named("b"), Named("c")}, config::Scheduling::kCacheFirst);
  const std::string home = Talk(pool, "s");
  for (int i = 0; i < 8; ++i) {
    clock_.Advance(20min);  // an hour of silence would end it
    Talk(pool, "other" + std::to_string(i));
    EXPECT_EQ(Talk(pool, "s"), home);
  }
}

TEST_F(Scheduled, CacheFirstKeepsAConversationOnItsAccount) {
  Pool pool = Make(Three(), Scheduling::kCacheFirst);
  const std::string home = Talk(pool, "s");
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(Talk(pool, "s"), home);
    Talk(pool, "other" + std::to_string(i));
  }
}

TEST_F(Scheduled, CountsWhetherConversationsKeepTheirAccount) {
  Pool pool = Make(Three(), Scheduling::kCacheFirst);
  const std::string home = Talk(pool, "s");
  Talk(pool, "s");
  Talk(pool, "");  // no conversation
  auto lease = Take(pool, {}, 0ms, "s");
  ASSERT_TRUE(lease);
  lease->Report(Of(Trouble::kBadKey));
  EXPECT_NE(Talk(pool, "s"), home);
  EXPECT_EQ(pool.affinities().began, 1U);
  EXPECT_EQ(pool.affinities().kept, 2U);
  EXPECT_EQ(pool.affinities().moved, 1U);
}

TEST_F(Scheduled, CacheFirstSpreadsNewConversations) {
  Pool pool = Make(Three(), Scheduling::kCacheFirst);
  std::set<std::string> homes;
  for (int i = 0; i < 3; ++i) homes.insert(Talk(pool, "s" + std::to_string(i)));
  EXPECT_EQ(homes.size(), 3U);
}

TEST_F(Scheduled, CacheFirstKeepsAConversationEvenOnABusyAccount) {
  Pool pool = Make(Three(), Scheduling::kCacheFirst);
  const std::string home = Talk(pool, "s");
  std::vector<Lease> busy;
  for (int i = 0; i < 5; ++i) busy.push_back(*Take(pool, {}, 0ms, "s"));
  for (const Lease& lease : busy) EXPECT_EQ(lease.account().name, home);
}

TEST_F(Scheduled, BalanceMovesAConversationOffABusyAccount) {
  Pool pool = Make(Three(), Scheduling::kBalance);
  const std::string home = Talk(pool, "s");
  EXPECT_EQ(Talk(pool, "s"), home);  // without a reason to move, it stays
  const auto busy = Take(pool, {}, 0ms, "s");
  EXPECT_NE(Talk(pool, "s"), home);
}

TEST_F(Scheduled, BalanceGivesTheAccountThatWasUsedLeastInTheLastMinute) {
  Pool pool = Make(Three(), Scheduling::kBalance);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(Take(pool, {"a", "b"})->account().name, "c");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Take(pool, {"a", "c"})->account().name, "b");
  EXPECT_EQ(Talk(pool, ""), "a");
  EXPECT_EQ(Talk(pool, ""), "a");
  EXPECT_EQ(Talk(pool, ""), "a");
  const std::set<std::string> next = {Talk(pool, ""), Talk(pool, "")};
  EXPECT_EQ(next, (std::set<std::string>{"a", "b"})) << "both have three, c has four";
}

TEST_F(Scheduled, BalanceKeepsAConversationOnItsAccountForAFewTurns) {
  Pool pool = Make(Three(), Scheduling::kBalance);
  const std::string home = Talk(pool, "s");
  for (int turn = 2; turn <= 5; ++turn) EXPECT_EQ(Talk(pool, "s"), home) << turn;
  EXPECT_NE(Talk(pool, "s"), home) << "the others were not used at all";
  clock_.Advance(2min);
  const std::string next = Talk(pool, "s");
  EXPECT_EQ(Talk(pool, "s"), next);
}

TEST_F(Scheduled, CacheFirstWaitsForTheConversationsAccountIfItsCooldownEndsInTime) {
  Pool pool = Make(Three(), Scheduling::kCacheFirst);
  const std::string home = Talk(pool, "s");
  Break(pool, home, Of(Trouble::kMinuteQuota, 3s));
  EXPECT_EQ(Talk(pool, "s", 5s), home);
  EXPECT_GE(clock_.slept(), 3s);
}

TEST_F(Scheduled, CacheFirstDoesNotWaitForACooldownThatEndsTooLate) {
  Pool pool = Make(Three(), Scheduling::kCacheFirst);
  const std::string home = Talk(pool, "s");
  Break(pool, home, Of(Trouble::kMinuteQuota, 30s));
  const std::string next = Talk(pool, "s", 5s);
  EXPECT_NE(next, home);
  EXPECT_EQ(clock_.slept(), 0ms);
  clock_.Advance(1min);
  EXPECT_EQ(Talk(pool, "s"), next);  // its new account
}

TEST_F(Scheduled, CacheFirstDoesNotWaitWhereTheConversationWasNeverAnswered) {
  Pool pool = Make(Three(), Scheduling::kCacheFirst);
  auto first = Take(pool, {}, 0ms, "s");
  const std::string home = first->account().name;
  first->Report(Of(Trouble::kMinuteQuota, 3s));
  EXPECT_NE(Talk(pool, "s", 5s), home);
  EXPECT_EQ(clock_.slept(), 0ms);
}

TEST_F(Scheduled, CacheFirstDoesNotWaitForAnAccountThatWasTried) {
  Pool pool = Make(Three(), Scheduling::kCacheFirst);
  const std::string home = Talk(pool, "s");
  Break(pool, home, Of(Trouble::kMinuteQuota, 3s));
  auto lease = Take(pool, {home}, 5s, "s");
  ASSERT_TRUE(lease);
  EXPECT_NE(lease->account().name, home);
  EXPECT_EQ(clock_.slept(), 0ms);
}

TEST_F(Scheduled, OtherModesNeverWaitWhileAnAccountIsFree) {
  for (const Scheduling mode : {Scheduling::kBalance, Scheduling::kPerformanceFirst}) {
    Pool pool = Make(Three(), mode);
    const std::string home = Talk(pool, "s");
    Break(pool, home, Of(Trouble::kMinuteQuota, 3s));
    EXPECT_NE(Talk(pool, "s", 5s), home);
    EXPECT_EQ(clock_.slept(), 0ms);
  }
}

TEST_F(Scheduled, AConversationDoesNotStayOnALowerPriorityThanItMust) {
  auto paid = Named("paid");
  paid.priority = 5;
  Pool pool = Make({Named("free"), paid}, Scheduling::kCacheFirst);
  Break(pool, "free", Of(Trouble::kMinuteQuota, 30s));
  EXPECT_EQ(Talk(pool, "s"), "paid");
  clock_.Advance(1min);
  EXPECT_EQ(Talk(pool, "s"), "free");
}

TEST_F(Scheduled, AConversationMovesToAnAccountThatListsItsNewModel) {
  auto a = Named("a");
  a.models = {"gemini-2.5-*"};
  Pool pool = Make({a, Named("b")}, Scheduling::kCacheFirst);
  auto lease = Take(pool, {"b"}, 0ms, "s");
  lease->Report(Success{});
  EXPECT_EQ(Given(pool, {}, 5s, "s", "gemini-3-pro"), "b");
}

TEST_F(Scheduled, AConversationForgetsAnAccountThatWasRemoved) {
  Pool pool = Make(Three(), Scheduling::kCacheFirst);
  auto held = Take(pool, {"b", "c"}, 0ms, "s");  // keeps a alive
  pool.Apply(Configured({Named("b")}, Scheduling::kCacheFirst));
  EXPECT_EQ(Talk(pool, "s"), "b");
}

TEST_F(Scheduled, PerformanceFirstGivesTheFastest) {
  Pool pool = Make(Three(), Scheduling::kPerformanceFirst);
  Succeed(pool, "a", {900ms, 1});
  Succeed(pool, "b", {200ms, 1});
  Succeed(pool, "c", {600ms, 1});
  for (int i = 0; i < 5; ++i) EXPECT_EQ(Given(pool), "b");
  for (int i = 0; i < 5; ++i) Succeed(pool, "b", {2000ms, 1});
  EXPECT_EQ(Given(pool), "c");
}

TEST_F(Scheduled, PerformanceFirstTriesEachAccountBeforeItJudges) {
  Pool pool = Make(Three(), Scheduling::kPerformanceFirst);
  Succeed(pool, "a", {10ms, 1});
  EXPECT_NE(Given(pool), "a");
}

TEST_F(Scheduled, PerformanceFirstGivesASlowOneAnotherChanceLater) {
  Pool pool = Make({Named("a"), Named("b")}, Scheduling::kPerformanceFirst);
  Succeed(pool, "a", {900ms, 1});
  Succeed(pool, "b", {200ms, 1});
  clock_.Advance(2min);
  Succeed(pool, "b", {200ms, 1});
  EXPECT_EQ(Given(pool), "a");
}

TEST_F(Scheduled, PerformanceFirstMeasuresEachModelByItself) {
  Pool pool = Make({Named("a"), Named("b")}, Scheduling::kPerformanceFirst);
  Succeed(pool, "a", {100ms, 1}, "flash");
  Succeed(pool, "b", {200ms, 1}, "flash");
  Succeed(pool, "a", {9000ms, 1}, "pro");
  Succeed(pool, "b", {5000ms, 1}, "pro");
  EXPECT_EQ(Given(pool, {}, 0ms, {}, "flash"), "a");
  EXPECT_EQ(Given(pool, {}, 0ms, {}, "pro"), "b");
}

TEST_F(Scheduled, PerformanceFirstFindsTheFastestOfAThousand) {
  std::vector<config::Account> accounts;
  for (int i = 0; i < 1000; ++i) accounts.push_back(Named("account-" + std::to_string(i)));
  Pool pool = Make(accounts, Scheduling::kPerformanceFirst);
  for (int i = 0; i < 3000; ++i) {
    auto lease = Take(pool);
    lease->Report(Success{lease->account().name == "account-777" ? 20ms : 500ms, 1});
  }
  for (int i = 0; i < 5; ++i) EXPECT_EQ(Given(pool), "account-777");
}

TEST_F(Scheduled, AProjectThatRanIntoItsQuotaIsSparedBeforeItRunsIntoItAgain) {
  Pool pool = Make({Named("small"), Named("large")});
  for (int i = 0; i < 5; ++i) Succeed(pool, "small");
  Break(pool, "small", Of(Trouble::kMinuteQuota, 20s));  // so its limit is 5 per minute
  clock_.Advance(2min);
  int small = 0;
  for (int i = 0; i < 40; ++i) {
    auto lease = Take(pool);
    ASSERT_TRUE(lease);
    if (lease->account().name == "small") ++small;
    lease->Report(Success{100ms, 1});
  }
  EXPECT_LE(small, 5);
  EXPECT_EQ(Given(pool, {"large"}), "small");  // it still serves if no other can
}

TEST_F(Scheduled, AllOfAThousandGetTheirTurn) {
  std::vector<config::Account> accounts;
  for (int i = 0; i < 1000; ++i) accounts.push_back(Named("account-" + std::to_string(i)));
  Pool pool = Make(accounts);
  std::set<std::string> given;
  for (int i = 0; i < 1000; ++i) given.insert(Given(pool));
  EXPECT_EQ(given.size(), 1000U);
}

TEST_F(Scheduled, FindsTheOneAvailableAccountAmongAThousandInCooldown) {
  std::vector<config::Account> accounts;
  for (int i = 0; i < 1000; ++i) accounts.push_back(Named("account-" + std::to_string(i)));
  Pool pool = Make(accounts);
  for (int i = 0; i < 999; ++i) {
    auto lease = Take(pool, {"account-500"});
    ASSERT_TRUE(lease);
    lease->Report(Of(Trouble::kMinuteQuota, Duration(30s) + Duration(i * 10)));
  }
  for (int i = 0; i < 5; ++i) EXPECT_EQ(Given(pool), "account-500");
  auto none = Take(pool, {"account-500"});
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().message, testing::HasSubstr("try again in"));
  EXPECT_LT(none.error().members.size(), 20'000U);
  clock_.Advance(45s);
  EXPECT_NE(Given(pool, {"account-500"}), none.error().message);
}

TEST_F(Scheduled, ALoadWeighsMoreWhereLessOfTheQuotaIsLeft) {
  auto small = Named("small");
  small.requests_per_minute = 20;
  auto large = Named("large");
  large.requests_per_minute = 200;
  Pool pool = Make({small, large});
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(Given(pool, {"large"}), "small");
    EXPECT_EQ(Given(pool, {"small"}), "large");
  }
  for (int i = 0; i < 4; ++i) EXPECT_EQ(pool.Peek(kModel, {})->name, "large");
}

TEST_F(Scheduled, AMeasurementCountsForAMinute) {
  Pool pool = Make({Named("slow"), Named("fast")}, Scheduling::kPerformanceFirst);
  Succeed(pool, "slow", {900ms, 1});
  clock_.Advance(1s);
  Succeed(pool, "fast", {50ms, 1});
  clock_.Advance(58'999ms);
  EXPECT_EQ(pool.Peek(kModel, {})->name, "fast");
  clock_.Advance(1ms);
  EXPECT_EQ(pool.Peek(kModel, {})->name, "slow") << "it gets another chance";
}

TEST_F(Scheduled, TheFirstMeasurementIsTakenAsItIs) {
  Pool pool = Make({Named("a"), Named("b")}, Scheduling::kPerformanceFirst);
  Succeed(pool, "a", {100ms, 1});
  Succeed(pool, "a", {1000ms, 1});  // a mean of 370
  Succeed(pool, "b", {400ms, 1});
  EXPECT_EQ(pool.Peek(kModel, {})->name, "a");
  EXPECT_EQ(StatusOf(pool, "a").first_byte, 370ms);
}

TEST_F(Scheduled, AConversationOfAModelThatNobodyServesGetsNoAccount) {
  auto only = Named("a");
  only.models = {kModel};
  Pool pool = Make({only}, Scheduling::kCacheFirst);
  EXPECT_EQ(Talk(pool, "s"), "a");
  const auto refused = Take(pool, {}, 5s, "s", "another-model");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kUnknownModel);
}

TEST_F(Scheduled, CacheFirstDoesNotWaitForAnAccountThatCannotServeAnyMore) {
  auto off = Named("a");
  off.enabled = false;
  auto other_model = Named("a");
  other_model.models = {"another-model"};
  auto lower = Named("a");
  lower.priority = 1;
  for (const config::Account& changed : {off, other_model, lower}) {
    Pool pool = Make({Named("a"), Named("b")}, Scheduling::kCacheFirst);
    EXPECT_EQ(Talk(pool, "s"), "a");
    Break(pool, "a", Of(Trouble::kMinuteQuota, 3s));
    pool.Apply(Configured({changed, Named("b")}, Scheduling::kCacheFirst));
    const Duration slept = clock_.slept();
    EXPECT_EQ(Talk(pool, "s", 5s), "b");
    EXPECT_EQ(clock_.slept(), slept);
  }
}

TEST_F(Scheduled, ACooldownMayEndExactlyAtTheDeadline) {
  Pool pool = Make({Named("a")});
  Break(pool, "a", Of(Trouble::kModelOverloaded));  // two seconds
  EXPECT_EQ(Given(pool, {}, 1999ms).find("gemini-2.5-flash is overloaded"), 0U);
  EXPECT_EQ(Given(pool, {}, 2s), "a");
}

TEST_F(Scheduled, TheKindsOfAModelsAccountsAreKnownOnceEachByPriority) {
  auto vertex = Named("vertex");
  vertex.kind = config::AccountKind::kVertex;
  auto later = Named("later");
  later.priority = 1;
  auto off = Named("off");
  off.enabled = false;
  Pool pool = Make({later, off, vertex, vertex, Named("first")});
  EXPECT_EQ(pool.KindsOf(kModel),
            (std::vector{config::AccountKind::kVertex, config::AccountKind::kGemini}));
  EXPECT_TRUE(Make({off}).KindsOf(kModel).empty());
}

TEST_F(Scheduled, WaitsForTheAccountThatIsReadyFirstAndWasNotTried) {
  Pool pool = Make(Three());
  Break(pool, "a", Of(Trouble::kSharedLimit, 30s));
  Break(pool, "b", Of(Trouble::kSharedLimit, 20s));
  Break(pool, "c", Of(Trouble::kSharedLimit, 10s));
  EXPECT_FALSE(Take(pool, {"c"}, 15s));
  EXPECT_EQ(Given(pool, {"c"}, 25s), "b");
  EXPECT_GE(clock_.slept(), 20s);
}

TEST_F(Scheduled, AMachineThatSleptFindsItsCooldownsOver) {
  Pool pool = Make({Named("a")});
  Break(pool, "a", Of(Trouble::kMinuteQuota, 30s));
  EXPECT_FALSE(Take(pool));
  clock_.ShiftWall(1999ms);
  EXPECT_FALSE(Take(pool));
  clock_.ShiftWall(-1h);
  EXPECT_FALSE(Take(pool)) << "a calendar that was set back changes nothing";
  clock_.ShiftWall(20s);
  const auto refused = Take(pool);
  ASSERT_FALSE(refused);
  EXPECT_LE(refused.error().retry_after_ms, 11'000);
  clock_.ShiftWall(20s);
  EXPECT_EQ(Given(pool), "a");
}

}  // namespace
}  // namespace agm::accounts
