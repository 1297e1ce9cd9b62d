#include "core/accounts/pool.h"

#include <gmock/gmock.h>

#include <set>

#include "tests/core/accounts/pool_fixture.h"

namespace agm::accounts {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST_F(PoolTest, GivesTheOneAccountThereIs) {
  Pool pool = Make({Named("a")});
  EXPECT_EQ(Given(pool), "a");
  EXPECT_EQ(pool.Ready(), 1);
}

TEST_F(PoolTest, LeavesOutAnAccountWhoseKeyIsNotThere) {
  auto keyless = Named("keyless");
  keyless.unusable = "MY_KEY is not set";
  Pool pool = Make({keyless, Named("a")});
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Given(pool), "a");
  EXPECT_EQ(pool.Ready(), 1);
  EXPECT_EQ(StatusOf(pool, "keyless").state, AccountState::kDisabled);
  EXPECT_EQ(StatusOf(pool, "keyless").reason, "MY_KEY is not set");
}

TEST_F(PoolTest, SaysHowToAddAnAccountWhenThereIsNone) {
  Pool pool = Make({});
  auto lease = Take(pool);
  ASSERT_FALSE(lease);
  EXPECT_EQ(lease.error().code, ErrorCode::kNoAccount);
  EXPECT_EQ(lease.error().message, "no account is configured; add one with `agm accounts add`");
}

TEST_F(PoolTest, TakesTurnsWhenAllAreIdle) {
  Pool pool = Make({Named("a"), Named("b"), Named("c")});
  std::map<std::string, int> given;
  for (int i = 0; i < 30; ++i) ++given[Given(pool)];
  EXPECT_EQ(given, (std::map<std::string, int>{{"a", 10}, {"b", 10}, {"c", 10}}));
}

TEST_F(PoolTest, BeginsWithTheFirstOfTheConfiguration) {
  for (const auto mode : {config::Scheduling::kCacheFirst, config::Scheduling::kBalance,
                          config::Scheduling::kPerformanceFirst}) {
    Pool pool = Make({Named("first"), Named("second"), Named("third")}, mode);
    EXPECT_EQ(Given(pool, {}, 0ms, "conversation"), "first");
  }
}

TEST_F(PoolTest, GivesTheOneWithTheLeastUnderWay) {
  Pool pool = Make({Named("a"), Named("b"), Named("c")});
  std::set<std::string> names;
  std::vector<Lease> held;
  for (int i = 0; i < 3; ++i) {
    held.push_back(*Take(pool));
    names.insert(held.back().account().name);
  }
  EXPECT_EQ(names.size(), 3U);
}

TEST_F(PoolTest, NeverGivesAnAccountThatWasTried) {
  Pool pool = Make({Named("a"), Named("b")});
  for (int i = 0; i < 4; ++i) EXPECT_EQ(Given(pool, {"a"}), "b");
  EXPECT_FALSE(Take(pool, {"a", "b"}, 5s));
  EXPECT_EQ(clock_.slept(), 0ms);  // no account is in cooldown, so waiting would not help
}

TEST_F(PoolTest, GivesALowerPriorityNumberFirst) {
  auto paid = Named("paid");
  paid.priority = 1;
  Pool pool = Make({paid, Named("free")});
  for (int i = 0; i < 4; ++i) EXPECT_EQ(Given(pool), "free");
  Break(pool, "free", Of(Trouble::kMinuteQuota, 30s));
  EXPECT_EQ(Given(pool), "paid");
  clock_.Advance(34s);
  EXPECT_EQ(Given(pool), "free");
}

TEST_F(PoolTest, GivesOnlyAccountsThatListTheModel) {
  auto pro = Named("pro");
  pro.models = {"gemini-*-pro", "gemini-3-*"};
  Pool pool = Make({pro, Named("all")});
  EXPECT_TRUE(pool.HasAccountFor("gemini-2.5-pro"));
  EXPECT_EQ(Given(pool, {"all"}, 0ms, {}, "gemini-2.5-pro"), "pro");
  EXPECT_EQ(Given(pool, {"all"}, 0ms, {}, "gemini-3-flash"), "pro");
  for (int i = 0; i < 4; ++i) EXPECT_EQ(Given(pool, {}, 0ms, {}, "gemini-2.5-flash"), "all");
}

TEST_F(PoolTest, SaysThatNoAccountListsTheModel) {
  auto pro = Named("pro");
  pro.models = {"gemini-2.5-pro"};
  Pool pool = Make({pro});
  EXPECT_FALSE(pool.HasAccountFor("gemini-9"));
  auto lease = Take(pool, {}, 5s, {}, "gemini-9");
  ASSERT_FALSE(lease);
  EXPECT_EQ(lease.error().code, ErrorCode::kUnknownModel);
  EXPECT_THAT(lease.error().message, HasSubstr("gemini-9"));
}

TEST_F(PoolTest, NeverGivesADisabledAccount) {
  auto off = Named("off");
  off.enabled = false;
  Pool pool = Make({off});
  auto lease = Take(pool, {}, 5s);
  ASSERT_FALSE(lease);
  EXPECT_EQ(lease.error().code, ErrorCode::kNoAccount);
  EXPECT_THAT(lease.error().message, HasSubstr("disabled"));
  EXPECT_EQ(StatusOf(pool, "off").state, AccountState::kDisabled);
  EXPECT_EQ(StatusOf(pool, "off").reason, "disabled by configuration");
  EXPECT_EQ(pool.Ready(), 0);
}

TEST_F(PoolTest, CoolsDownAnAccountThatWasRateLimited) {
  Pool pool = Make({Named("a"), Named("b")});
  Break(pool, "a", Of(Trouble::kMinuteQuota, 36s));
  for (int i = 0; i < 4; ++i) EXPECT_EQ(Given(pool), "b");
  const AccountStatus status = StatusOf(pool, "a");
  EXPECT_EQ(status.state, AccountState::kReady) << "it serves other models";
  EXPECT_EQ(status.ModelsCooling(), 1U);
  EXPECT_EQ(status.reason, "minute_quota");
  EXPECT_EQ(status.model, kModel);
  ASSERT_TRUE(status.until);
  EXPECT_GE(*status.until - clock_.Wall(), 36s);
  EXPECT_LE(*status.until - clock_.Wall(), 38s);
  clock_.Advance(37s);
  EXPECT_EQ(Given(pool, {"b"}), "a");
  EXPECT_EQ(StatusOf(pool, "a").ModelsCooling(), 0U);
}

TEST_F(PoolTest, CoolsDownAnAccountOnlyForTheLimitedModel) {
  Pool pool = Make({Named("a")});
  Break(pool, "a", Of(Trouble::kMinuteQuota, 36s));
  EXPECT_FALSE(Take(pool));
  EXPECT_EQ(Given(pool, {}, 0ms, {}, "gemini-2.5-pro"), "a");
  EXPECT_EQ(pool.Ready(), 1);
}

TEST_F(PoolTest, WaitsForTheFirstCooldownToEnd) {
  Pool pool = Make({Named("a"), Named("b")});
  Break(pool, "a", Of(Trouble::kMinuteQuota, 30s));
  Break(pool, "b", Of(Trouble::kMinuteQuota, 3s));
  EXPECT_EQ(Given(pool, {}, 5s), "b");
  EXPECT_GE(clock_.slept(), 3s);
  EXPECT_LE(clock_.slept(), 3400ms);
}

TEST_F(PoolTest, DoesNotWaitIfNoCooldownEndsInTime) {
  Pool pool = Make({Named("a")});
  Break(pool, "a", Of(Trouble::kMinuteQuota, 30s));
  EXPECT_FALSE(Take(pool, {}, 5s));
  EXPECT_EQ(clock_.slept(), 0ms);
}

TEST_F(PoolTest, ReportsTheCooldownsAndTheirEnds) {
  auto mailed = Named("a");
  mailed.email = "a@example.com";
  Pool pool = Make({mailed, Named("b")});
  Break(pool, "a", Of(Trouble::kMinuteQuota, 33s));
  Break(pool, "b", Of(Trouble::kDayQuota, 60s));
  auto lease = Take(pool, {}, 5s);
  ASSERT_FALSE(lease);
  const Error& error = lease.error();
  EXPECT_EQ(error.code, ErrorCode::kRateLimited);
  EXPECT_GE(error.retry_after_ms, 33'000);
  EXPECT_LE(error.retry_after_ms, 34'000);
  EXPECT_THAT(
      error.message,
      HasSubstr("the rate limit of gemini-2.5-flash is reached on every account; try again in 3"));
  EXPECT_THAT(error.message, Not(HasSubstr("a@example.com")));
  EXPECT_THAT(error.members, HasSubstr(R"("accounts":[{"label":"a@example.com","state":"cooling",)"
                                       R"("reason":"minute_quota","until":"2026-11-21T12:00:3)"));
  EXPECT_THAT(error.members, HasSubstr(R"({"label":"b","state":"cooling","reason":"day_quota")"));
  EXPECT_THAT(error.members, Not(HasSubstr("key-of")));
}

TEST_F(PoolTest, ExplainsWithoutALeaseWhyNoAccountIsAvailable) {
  Pool pool = Make({Named("a")});
  EXPECT_FALSE(pool.WhyNobody(kModel));
  EXPECT_EQ(StatusOf(pool, "a").requests, 0);
  Break(pool, "a", Of(Trouble::kMinuteQuota, 20s));
  const auto error = pool.WhyNobody(kModel);
  ASSERT_TRUE(error);
  EXPECT_EQ(error->message, Take(pool).error().message);
  EXPECT_EQ(StatusOf(pool, "a").requests, 1);
}

TEST_F(PoolTest, SaysQuotaExhaustedWhenTheDayIsUsedUpEverywhere) {
  Pool pool = Make({Named("a")});
  Break(pool, "a", Of(Trouble::kDayQuota));
  auto lease = Take(pool);
  ASSERT_FALSE(lease);
  EXPECT_EQ(lease.error().code, ErrorCode::kQuotaExhausted);
  EXPECT_EQ(lease.error().message,
            "every account is out of today's quota for gemini-2.5-flash; it returns in 20 h (08:00 "
            "UTC), try again in 72000s; add another project: agm accounts add");
}

TEST_F(PoolTest, SaysOverloadedWhenTheModelIs) {
  Pool pool = Make({Named("a"), Named("b")});
  Break(pool, "a", Of(Trouble::kModelOverloaded));
  auto lease = Take(pool, {"a"});
  ASSERT_FALSE(lease);  // the model is overloaded, so the other account would fail too
  EXPECT_EQ(lease.error().code, ErrorCode::kOverloaded);
  EXPECT_GE(lease.error().retry_after_ms, 2'000);
  EXPECT_LE(lease.error().retry_after_ms, 5'000);
  EXPECT_EQ(Given(pool, {"b"}, 0ms, {}, "gemini-2.5-pro"), "a");
}

TEST_F(PoolTest, TheRequestThatMetAnOverloadMayAskAnotherAccountAtOnce) {
  Pool pool = Make({Named("a"), Named("b")});
  Break(pool, "a", Of(Trouble::kModelOverloaded));
  EXPECT_FALSE(pool.Take({kModel, {}, {"a"}}, clock_.Now(), NeverCancelled()));
  auto lease = pool.Take({kModel, {}, {"a"}, true}, clock_.Now(), NeverCancelled());
  ASSERT_TRUE(lease);
  EXPECT_EQ(lease->account().name, "b");
}

TEST_F(PoolTest, WaitsForACircuitBreakerLikeForACooldown) {
  Pool pool = Make({Named("a")});
  Break(pool, "a", Of(Trouble::kModelOverloaded));
  EXPECT_EQ(Given(pool, {}, 5s), "a");
  EXPECT_GE(clock_.slept(), 2s);
  EXPECT_LE(clock_.slept(), 3s);
}

TEST_F(PoolTest, AnOverloadOfAnotherEndpointDoesNotCount) {
  auto europe = Named("eu");
  europe.base_url = "https://eu.upstream.test";
  Pool pool = Make({Named("us"), europe});
  Break(pool, "us", Of(Trouble::kModelOverloaded));
  EXPECT_EQ(Given(pool), "eu");
}

TEST_F(PoolTest, SaysUnknownModelIfNoAccountHasAccess) {
  Pool pool = Make({Named("a"), Named("b")});
  Break(pool, "a", Of(Trouble::kUnknownModel));
  Break(pool, "b", Of(Trouble::kNoQuota));
  auto lease = Take(pool);
  ASSERT_FALSE(lease);
  EXPECT_EQ(lease.error().code, ErrorCode::kUnknownModel);
}

TEST_F(PoolTest, QuarantinesAnAccountWhoseKeyIsRefused) {
  Pool pool = Make({Named("a")});
  Break(pool, "a", Of(Trouble::kBadKey));
  clock_.Advance(1000h);
  auto lease = Take(pool, {}, 5s);
  ASSERT_FALSE(lease);
  EXPECT_EQ(lease.error().code, ErrorCode::kNoAccount);
  EXPECT_EQ(lease.error().retry_after_ms, -1);
  EXPECT_THAT(lease.error().message, HasSubstr("refuses the account's API key"));
  EXPECT_EQ(lease.error().reason, "upstream_key_invalid");
  EXPECT_EQ(StatusOf(pool, "a").state, AccountState::kQuarantined);
  EXPECT_EQ(StatusOf(pool, "a").reason, "bad_key");
  EXPECT_FALSE(StatusOf(pool, "a").until);
}

TEST_F(PoolTest, AnotherKeyEndsAQuarantine) {
  Pool pool = Make({Named("a")});
  Break(pool, "a", Of(Trouble::kBadKey));
  auto mended = Named("a");
  mended.api_key = Secret("another");
  pool.Apply(Configured({mended}));
  EXPECT_EQ(Given(pool), "a");
  EXPECT_TRUE(journal_.cooldowns.empty());
}

TEST_F(PoolTest, RecoverEndsTheQuarantineOfTheSameKey) {
  Pool pool = Make({Named("a")});
  Break(pool, "a", Of(Trouble::kBadKey));
  pool.Recover("a");
  EXPECT_EQ(Given(pool), "a");
  EXPECT_TRUE(journal_.cooldowns.empty());
}

TEST_F(PoolTest, AnAccountThatIsAddedAgainHasNoCooldowns) {
  Pool pool = Make({Named("a"), Named("b")});
  Break(pool, "a", Of(Trouble::kBadKey));
  pool.Apply(Configured({Named("b")}));
  pool.Apply(Configured({Named("a"), Named("b")}));
  EXPECT_EQ(StatusOf(pool, "a").state, AccountState::kReady);
}

TEST_F(PoolTest, KeepsTheStateOfAccountsThatStayOverAReload) {
  Pool pool = Make({Named("a"), Named("b")});
  Break(pool, "a", Of(Trouble::kMinuteQuota, 36s));
  Succeed(pool, "b");
  pool.Apply(Configured({Named("b"), Named("a"), Named("c")}));
  EXPECT_EQ(StatusOf(pool, "a").ModelsCooling(), 1U);
  EXPECT_EQ(StatusOf(pool, "b").requests, 1);
  EXPECT_EQ(pool.Status().front().name, "b");
}

TEST_F(PoolTest, AnotherKeyKeepsTheTotalsOfTheAccount) {
  Pool pool = Make({Named("a")});
  Succeed(pool, "a", {200ms, 50});
  const WallTime used = clock_.Wall();
  clock_.Advance(1min);
  config::Account changed = Named("a");
  changed.api_key = Secret("another-key");
  pool.Apply(Configured({changed}));
  EXPECT_EQ(StatusOf(pool, "a").requests, 1);
  EXPECT_EQ(StatusOf(pool, "a").tokens, 50);
  EXPECT_EQ(StatusOf(pool, "a").last_used, used);
}

// The end of a cooldown is one line of the log, though a day quota's strikes are kept beyond it.
TEST_F(PoolTest, TellsOnceThatAnAccountHasRecovered) {
  std::vector<AccountEvent> events;
  Pool pool(Configured({Named("a")}), clock_, &journal_,
            [&](const AccountEvent& event) { events.push_back(event); });
  Break(pool, "a", Of(Trouble::kDayQuota, 10min));
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].kind, AccountEvent::Kind::kCooldown);
  clock_.Advance(12min);
  for (int i = 0; i < 3; ++i) Succeed(pool, "a");
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[1].kind, AccountEvent::Kind::kRecovered);
}

TEST_F(PoolTest, DisablingTakesEffectAtOnceAndLeasesTakenBeforeStayGood) {
  Pool pool = Make({Named("a")});
  auto lease = Take(pool);
  ASSERT_TRUE(lease);
  auto off = Named("a");
  off.enabled = false;
  pool.Apply(Configured({off}));
  EXPECT_FALSE(Take(pool));
  EXPECT_EQ(lease->account().name, "a");
  lease->Report(Success{100ms, 7});
  EXPECT_EQ(StatusOf(pool, "a").tokens, 7);
  pool.Apply(Configured({Named("a")}));
  EXPECT_EQ(Given(pool), "a");
}

TEST_F(PoolTest, ALeaseMayOutliveItsAccountAndThePool) {
  auto pool = std::make_unique<Pool>(Configured({Named("a")}), clock_, &journal_);
  auto lease = Take(*pool);
  ASSERT_TRUE(lease);
  pool->Apply(Configured({}));
  pool.reset();
  EXPECT_EQ(lease->account().name, "a");
  lease->Report(Of(Trouble::kBadKey));
  EXPECT_TRUE(journal_.cooldowns.empty());  // the account no longer exists
}

TEST_F(PoolTest, CountsWhatAnAccountDid) {
  Pool pool = Make({Named("a")});
  Succeed(pool, "a", {200ms, 50});
  Break(pool, "a", Of(Trouble::kDeadline));
  Break(pool, "a", Of(Trouble::kBadRequest));  // an invalid request is not an error of the account
  { auto abandoned = Take(pool); }
  auto held = Take(pool);
  const AccountStatus status = StatusOf(pool, "a");
  EXPECT_EQ(status.requests, 5);
  EXPECT_EQ(status.errors, 1);
  EXPECT_EQ(status.tokens, 50);
  EXPECT_EQ(status.in_flight, 1);
  EXPECT_EQ(status.first_byte, 200ms);
  EXPECT_EQ(status.last_used, clock_.Wall());
  EXPECT_EQ(journal_.usage["a"].tokens, 50);
}

TEST_F(PoolTest, StopsWaitingWhenTheClientLeaves) {
  struct Leaves : Cancellation {
    explicit Leaves(const Clock& the_clock) : clock(the_clock), end(clock.Now() + 1s) {}
    bool Cancelled() const override { return clock.Now() >= end; }
    const Clock& clock;
    TimePoint end;
  } leaves(clock_);
  Pool pool = Make({Named("a")});
  Break(pool, "a", Of(Trouble::kMinuteQuota, 4s));
  auto lease = pool.Take({kModel, {}, {}}, clock_.Now() + 5s, leaves);
  ASSERT_FALSE(lease);
  EXPECT_EQ(lease.error().code, ErrorCode::kCancelled);
  EXPECT_LE(clock_.slept(), 1200ms);
}

TEST_F(PoolTest, TakesOneAccountAndNoOther) {
  Pool pool = Make({Named("a"), Named("b")});
  const auto take = [&](const std::string& name, Duration patience) {
    return pool.TakeOne(name, kModel, clock_.Now() + patience, NeverCancelled());
  };
  for (int i = 0; i < 3; ++i) EXPECT_EQ(take("b", 0ms)->account().name, "b");
  Break(pool, "b", Of(Trouble::kMinuteQuota, 20s));
  const auto refused = take("b", 1s);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kRateLimited);
  EXPECT_GE(refused.error().retry_after_ms, 19'000);
  EXPECT_EQ(pool.WhyNot("b", kModel)->code, ErrorCode::kRateLimited);
  EXPECT_FALSE(pool.WhyNot("a", kModel));
  EXPECT_EQ(take("b", 30s)->account().name, "b");
  EXPECT_EQ(take("gone", 0ms).error().code, ErrorCode::kNotFound);
}

// The journal has forgotten an account that the user removed; a request that still runs on it must
// not bring it back.
TEST_F(PoolTest, ARequestOfARemovedAccountLeavesNoTotals) {
  Pool pool = Make({Named("a"), Named("b")});
  auto lease = Take(pool, {"b"});
  ASSERT_TRUE(lease);
  pool.Apply(Configured({Named("b")}));
  lease->Report(Success{100ms, 10});
  EXPECT_EQ(journal_.usage.count("a"), 0U);
  Succeed(pool, "b");
  EXPECT_EQ(journal_.usage.count("b"), 1U);
}

}  // namespace
}  // namespace agm::accounts
