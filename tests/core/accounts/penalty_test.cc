#include "core/accounts/penalty.h"

#include <gtest/gtest.h>

#include <optional>
#include <set>
#include <string>

#include "tests/support/fake_clock.h"

namespace agm::accounts {
namespace {

using namespace std::chrono_literals;
using upstream::Trouble;

constexpr TimePoint kNow{1000h};
/// 04:00 in Los Angeles.
constexpr Moment kMoment{kNow, test::FakeClock::kStart};

upstream::Failure Of(Trouble trouble, std::optional<Duration> delay = std::nullopt) {
  upstream::Failure failure;
  failure.trouble = trouble;
  failure.retry_delay = delay;
  return failure;
}

/// What the owner has after so many strikes, of which the last was a second ago.
Cooldown Struck(int strikes) {
  Cooldown known;
  known.since = kNow - 1s;
  known.until = kNow;
  known.counts_until = kNow + 10min;
  known.strikes = strikes;
  return known;
}

/// The length of the cooldown for the n-th strike in a row.
Duration Length(Trouble trouble, int strike, std::optional<Duration> delay = std::nullopt,
                double chance = 0) {
  const Cooldown known = Struck(strike - 1);
  const Cooldown cooldown =
      Penalty(Of(trouble, delay), "m", strike == 1 ? nullptr : &known, kNow, kMoment, chance);
  EXPECT_EQ(cooldown.strikes, strike);
  EXPECT_FALSE(cooldown.forever());
  return std::chrono::duration_cast<Duration>(cooldown.until - kNow);
}

TEST(Penalty, FollowsTheUpstreamsDelayAndAddsAtMostATenthAndASecond) {
  struct Case {
    Duration delay;
    double chance;
    Duration length;
  };
  for (const Case& each :
       {Case{36s, 0, 36s}, Case{36s, 0.5, 36'500ms}, Case{2s, 0.5, 2'100ms},
        Case{10s, 0.5, 10'500ms}, Case{0s, 0.5, 1s}, Case{-5s, 0, 1s}, Case{1ms, 0, 1ms}}) {
    for (const int strike : {1, 2, 9}) {
      EXPECT_EQ(Length(Trouble::kMinuteQuota, strike, each.delay, each.chance), each.length);
    }
  }
}

TEST(Penalty, WithoutADelayTakesTheTablesCooldown) {
  EXPECT_EQ(Length(Trouble::kMinuteQuota, 1, {}, 0.25), 60'250ms);
  EXPECT_EQ(Length(Trouble::kMinuteQuota, 4), 60s);
  EXPECT_EQ(Length(Trouble::kSharedCapacity, 1, {}, 0.5), 5'250ms);
  EXPECT_EQ(Length(Trouble::kNoQuota, 1), 1h);
  EXPECT_EQ(Length(Trouble::kUnknownModel, 3), 1h);
  EXPECT_EQ(Length(Trouble::kSpendCap, 1), 1h);
  EXPECT_EQ(Length(Trouble::kLocation, 1), 24h);
}

TEST(Penalty, OfADaysQuotaLastsUntilTheDayTurnsUnlessTheUpstreamNamedADelayFirst) {
  EXPECT_EQ(Length(Trouble::kDayQuota, 1), 20h);
  EXPECT_EQ(Length(Trouble::kDayQuota, 1, 60s, 0.5), 60'500ms);
  EXPECT_EQ(Length(Trouble::kDayQuota, 2, 60s), 20h);
  EXPECT_EQ(Length(Trouble::kDayQuota, 3), 20h);
  EXPECT_EQ(Length(Trouble::kDayQuota, 2, 30h), 30h);
  const Cooldown cooldown = Penalty(Of(Trouble::kDayQuota, 60s), "m", nullptr, kNow, kMoment, 0);
  EXPECT_EQ(cooldown.counts_until, kNow + 20h) << "a strike until then is a repeated one";
}

TEST(Penalty, OfALimitWithoutDetailsDoublesUpToFiveMinutes) {
  const std::vector<Duration> lengths = {30s, 60s, 120s, 240s, 300s, 300s};
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    EXPECT_EQ(Length(Trouble::kSharedLimit, static_cast<int>(i) + 1), lengths[i]);
  }
  EXPECT_EQ(Length(Trouble::kSharedLimit, 100), 300s);
  EXPECT_EQ(Length(Trouble::kSharedLimit, 1, 10s), 10s);
  EXPECT_EQ(Length(Trouble::kSharedLimit, 2, 10s), 60s);
  EXPECT_EQ(Length(Trouble::kSharedLimit, 2, 90s), 90s);
  EXPECT_EQ(Length(Trouble::kSharedLimit, 1, 90s), 90s);
}

TEST(Penalty, OfAFailureThatMayBeChanceBeginsWithTheNthInARow) {
  for (const Trouble trouble : {Trouble::kInternal, Trouble::kGarbage}) {
    EXPECT_EQ(Length(trouble, 1), 0s);
    EXPECT_EQ(Length(trouble, 2), 0s);
    EXPECT_EQ(Length(trouble, 2, 30s), 0s);
    EXPECT_EQ(Length(trouble, 3), 5s);
    EXPECT_EQ(Length(trouble, 3, 2s), 2s);
    EXPECT_EQ(Length(trouble, 4), 10s);
    EXPECT_EQ(Length(trouble, 4, 2s), 10s);
    EXPECT_EQ(Length(trouble, 4, 20s), 20s);
    EXPECT_EQ(Length(trouble, 9), 10s);
  }
  EXPECT_EQ(Length(Trouble::kNetwork, 1), 0s);
  EXPECT_EQ(Length(Trouble::kNetwork, 2), 5s);
  EXPECT_EQ(Length(Trouble::kNetwork, 3), 10s);
}

TEST(Penalty, OfAnOverloadedModelIsShort) {
  for (const Trouble trouble : {Trouble::kModelOverloaded, Trouble::kUnavailable}) {
    for (const int strike : {1, 2, 7}) {
      EXPECT_EQ(Length(trouble, strike, {}, 0.9), 2s);
      EXPECT_EQ(Length(trouble, strike, 3s), 3s);
      EXPECT_EQ(Length(trouble, strike, 60s), 5s);
      EXPECT_EQ(Length(trouble, strike, 0s), 1s);
    }
  }
}

TEST(Penalty, OfARefusedCredentialHasNoEnd) {
  for (const Trouble trouble : {Trouble::kBadKey, Trouble::kUnauthenticated, Trouble::kBlocked}) {
    const Cooldown cooldown = Penalty(Of(trouble), "m", nullptr, kNow, kMoment, 0);
    EXPECT_TRUE(cooldown.forever());
    EXPECT_EQ(cooldown.counts_until, kNow);
    EXPECT_EQ(cooldown.model, "");
  }
}

TEST(Penalty, NamesTheModelWhereOnlyItIsConcerned) {
  EXPECT_EQ(Penalty(Of(Trouble::kMinuteQuota), "m", nullptr, kNow, kMoment, 0).model, "m");
  EXPECT_EQ(Penalty(Of(Trouble::kModelOverloaded), "m", nullptr, kNow, kMoment, 0).model, "m");
  EXPECT_EQ(Penalty(Of(Trouble::kUnknownModel), "m", nullptr, kNow, kMoment, 0).model, "m");
  EXPECT_EQ(Penalty(Of(Trouble::kNetwork), "m", nullptr, kNow, kMoment, 0).model, "");
  EXPECT_EQ(Penalty(Of(Trouble::kSpendCap), "m", nullptr, kNow, kMoment, 0).model, "");
}

TEST(Penalty, CountsStrikesUntilTenMinutesAfterTheCooldown) {
  const Cooldown first = Penalty(Of(Trouble::kSharedLimit), "m", nullptr, kNow, kMoment, 0);
  EXPECT_EQ(first.strikes, 1);
  EXPECT_EQ(first.since, kNow);
  EXPECT_EQ(first.counts_until, kNow + 30s + 10min);
  Cooldown known = Struck(3);
  known.counts_until = kNow;
  EXPECT_EQ(Penalty(Of(Trouble::kSharedLimit), "m", &known, kNow, kMoment, 0).strikes, 1);
  known.counts_until = kNow + 1ms;
  EXPECT_EQ(Penalty(Of(Trouble::kSharedLimit), "m", &known, kNow, kMoment, 0).strikes, 4);
}

TEST(Penalty, DoesNotCountAnAttemptThatBeganBeforeTheLastStrike) {
  const Cooldown known = Struck(2);
  const Cooldown same =
      Penalty(Of(Trouble::kSharedLimit), "m", &known, known.since - 1ms, kMoment, 0);
  EXPECT_EQ(same.strikes, 2);
  EXPECT_EQ(same.since, known.since);
  EXPECT_EQ(same.until, kNow + 60s);
  const Cooldown next = Penalty(Of(Trouble::kSharedLimit), "m", &known, known.since, kMoment, 0);
  EXPECT_EQ(next.strikes, 3);
  EXPECT_EQ(next.since, kNow);
  Cooldown old = Struck(2);
  old.counts_until = kNow;
  const Cooldown anew = Penalty(Of(Trouble::kSharedLimit), "m", &old, old.since - 1ms, kMoment, 0);
  EXPECT_EQ(anew.strikes, 1);
  EXPECT_EQ(anew.since, kNow);
}

TEST(Penalty, HasAnOwnerByTheCause) {
  const std::set<Trouble> nobody = {Trouble::kResourceDenied, Trouble::kBadRequest,
                                    Trouble::kNotServed,      Trouble::kUnknownResource,
                                    Trouble::kAborted,        Trouble::kTooLarge,
                                    Trouble::kDeadline,       Trouble::kRedirect};
  const std::set<Trouble> project = {Trouble::kMinuteQuota, Trouble::kDayQuota, Trouble::kNoQuota,
                                     Trouble::kSpendCap, Trouble::kNoCredit};
  const std::set<Trouble> endpoint = {Trouble::kModelOverloaded, Trouble::kUnavailable};
  const std::set<Trouble> of_model = {Trouble::kMinuteQuota,    Trouble::kDayQuota,
                                      Trouble::kNoQuota,        Trouble::kSharedLimit,
                                      Trouble::kSharedCapacity, Trouble::kModelOverloaded,
                                      Trouble::kUnavailable,    Trouble::kUnknownModel,
                                      Trouble::kInternal,       Trouble::kGarbage};
  const std::set<Trouble> quarantine = {Trouble::kBadKey, Trouble::kUnauthenticated,
                                        Trouble::kBlocked, Trouble::kNotEnabled};
  for (int i = 0; i <= static_cast<int>(Trouble::kRedirect); ++i) {
    const auto trouble = static_cast<Trouble>(i);
    const std::string name(upstream::RowOf(trouble).name);
    const Owner owner = nobody.contains(trouble)     ? Owner::kNobody
                        : project.contains(trouble)  ? Owner::kProject
                        : endpoint.contains(trouble) ? Owner::kEndpoint
                                                     : Owner::kAccount;
    EXPECT_EQ(OwnerOf(trouble), owner) << name;
    EXPECT_EQ(IsForModel(trouble), of_model.contains(trouble)) << name;
    EXPECT_EQ(IsQuarantine(trouble), quarantine.contains(trouble)) << name;
  }
}

}  // namespace
}  // namespace agm::accounts
