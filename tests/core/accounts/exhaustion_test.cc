#include "core/accounts/exhaustion.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "core/base/json.h"
#include "tests/support/fake_clock.h"

namespace agm::accounts {
namespace {

using namespace std::chrono_literals;
using upstream::Trouble;

constexpr TimePoint kNow{1000h};
constexpr Moment kMoment{kNow, test::FakeClock::kStart};

/// An account with a project and an endpoint of its own.
struct Owned : Member {
  explicit Owned(const std::string& name) {
    config::Account config;
    config.name = name;
    config.email = name + "@example.com";
    config.api_key = Secret("key");
    Configure(config);
    project = std::make_shared<Project>();
    endpoint = std::make_shared<Endpoint>();
  }
  void Configure(const config::Account& config) {
    account = std::make_shared<const config::Account>(config);
  }
  void Cool(Cooldowns& owner, const std::string& model, TimePoint until, Trouble trouble,
            const std::string& said = {}) {
    Cooldown cooldown;
    cooldown.model = model;
    cooldown.until = until;
    cooldown.trouble = trouble;
    cooldown.said = said;
    owner.Put(cooldown, kNow);
  }
  void Cool(const std::string& model, TimePoint until, Trouble trouble,
            const std::string& said = {}) {
    Cool(cooldowns, model, until, trouble, said);
  }
};

std::string ReasonOf(const Member& member, std::string_view model) {
  return std::string(StandingOf(member, model, kNow).reason);
}

TEST(StandingOf, AnAccountIsReadyWithoutAnActiveCooldownForTheModel) {
  Owned member("a");
  EXPECT_EQ(StandingOf(member, "m", kNow).state, AccountState::kReady);
  member.Cool("m", kNow, Trouble::kMinuteQuota);
  member.Cool("other", kNow + 1s, Trouble::kMinuteQuota);
  EXPECT_EQ(StandingOf(member, "m", kNow).state, AccountState::kReady);
  EXPECT_EQ(StandingOf(member, "m", kNow).cooldown, nullptr);
  EXPECT_EQ(StandingOf(member, "other", kNow).state, AccountState::kCooling);
}

TEST(StandingOf, TheLongestCooldownOfAccountProjectAndEndpointCounts) {
  Owned member("a");
  member.Cool("m", kNow + 1s, Trouble::kSharedLimit);
  EXPECT_EQ(ReasonOf(member, "m"), "shared_limit");
  member.Cool(member.endpoint->cooldowns, "m", kNow + 2s, Trouble::kModelOverloaded);
  EXPECT_EQ(ReasonOf(member, "m"), "model_overloaded");
  member.Cool(member.project->cooldowns, "m", kNow + 3s, Trouble::kMinuteQuota);
  EXPECT_EQ(ReasonOf(member, "m"), "minute_quota");
  member.Cool("m", kNow + 2s, Trouble::kInternal);
  EXPECT_EQ(ReasonOf(member, "m"), "minute_quota");
  member.Cool("", kNow + 4s, Trouble::kNetwork);
  EXPECT_EQ(ReasonOf(member, "m"), "network");
  EXPECT_EQ(StandingOf(member, "m", kNow).cooldown->until, kNow + 4s);
}

TEST(StandingOf, WithoutAModelACooldownOfTheWholeAccountGoesFirst) {
  Owned member("a");
  member.Cool("m", kNow + 9s, Trouble::kSharedLimit);
  EXPECT_EQ(ReasonOf(member, ""), "shared_limit");
  member.Cool("", kNow + 1s, Trouble::kNetwork);
  member.Cool("n", kNow + 8s, Trouble::kInternal);
  EXPECT_EQ(ReasonOf(member, ""), "network");
  member.Cool("", kNow + 2s, Trouble::kSpendCap);
  EXPECT_EQ(ReasonOf(member, ""), "spend_cap");
  EXPECT_EQ(ReasonOf(member, "m"), "shared_limit");
}

TEST(StandingOf, ADisabledOrUnusableAccountSaysWhy) {
  Owned member("a");
  member.Cool("", TimePoint::max(), Trouble::kBadKey);
  EXPECT_EQ(StandingOf(member, "m", kNow).state, AccountState::kQuarantined);
  config::Account config = *member.account;
  config.unusable = "MY_KEY is not set";
  member.Configure(config);
  EXPECT_EQ(StandingOf(member, "m", kNow).state, AccountState::kDisabled);
  EXPECT_EQ(ReasonOf(member, "m"), "MY_KEY is not set");
  config.enabled = false;
  member.Configure(config);
  EXPECT_EQ(ReasonOf(member, "m"), "disabled by configuration");
}

TEST(CalendarTime, IsTheNextFullSecond) {
  EXPECT_EQ(CalendarTime(kNow + 1s, kMoment), kMoment.wall + 1s);
  EXPECT_EQ(CalendarTime(kNow + 1001ms, kMoment), kMoment.wall + 2s);
  EXPECT_EQ(CalendarTime(kNow + std::chrono::nanoseconds(1), kMoment), kMoment.wall + 1s);
}

/// The accounts of the error, and the error.
Json Listed(const std::vector<Member*>& members, Error& error) {
  error = Exhausted(members, true, "m", kMoment);
  const auto json = ParseJson("{" + error.members + "}");
  return json ? (*json)["accounts"] : Json(error.members);
}

TEST(Exhausted, ListsTheAccountsWithStateReasonAndEnd) {
  Owned cooling("cooling");
  cooling.Cool("m", kNow + 1001ms, Trouble::kMinuteQuota);
  Owned refused("refused");
  refused.Cool("", TimePoint::max(), Trouble::kBadKey);
  Owned ready("ready");
  Owned off("off");
  config::Account config = *off.account;
  config.enabled = false;
  off.Configure(config);
  Error error;
  const Json list = Listed({&cooling, &refused, &ready, &off}, error);
  const auto row = [](const char* label, const char* state, Json reason, Json until) {
    return Json{{"label", std::string(label) + "@example.com"},
                {"state", state},
                {"reason", std::move(reason)},
                {"until", std::move(until)}};
  };
  EXPECT_EQ(list, Json::array({row("cooling", "cooling", "minute_quota", "2026-11-21T12:00:02Z"),
                               row("refused", "quarantined", "bad_key", nullptr),
                               row("ready", "ready", nullptr, nullptr),
                               row("off", "disabled", "disabled by configuration", nullptr)}));
  EXPECT_EQ(error.code, ErrorCode::kRateLimited);
  EXPECT_EQ(error.retry_after_ms, 1001);
}

TEST(Exhausted, ListsAHundredAccountsAtMostAndCountsAll) {
  std::vector<std::unique_ptr<Owned>> owned;
  std::vector<Member*> members;
  for (int i = 0; i < 101; ++i) {
    owned.push_back(std::make_unique<Owned>("a" + std::to_string(i)));
    owned.back()->Cool("", TimePoint::max(), Trouble::kBadKey);
    members.push_back(owned.back().get());
  }
  Error error;
  EXPECT_EQ(Listed(members, error).size(), 100U);
  EXPECT_NE(error.message.find("(101 of 101 accounts)"), std::string::npos) << error.message;
  members.pop_back();
  EXPECT_EQ(Listed(members, error).size(), 100U);
}

TEST(Exhausted, TheEarliestEndOfWhatEndsByItselfIsTheTimeToTryAgain) {
  Owned minute("a");
  minute.Cool("m", kNow + 30s, Trouble::kMinuteQuota);
  Owned hour("b");
  hour.Cool("m", kNow + 1h, Trouble::kMinuteQuota);
  Owned billing("c");
  billing.Cool("m", kNow + 1s, Trouble::kSpendCap);
  Owned missing("d");
  missing.Cool("m", kNow + 2s, Trouble::kUnknownModel);
  Owned tier("e");
  tier.Cool("m", kNow + 3s, Trouble::kNoQuota);
  EXPECT_EQ(
      Exhausted({&hour, &billing, &missing, &tier, &minute}, true, "m", kMoment).retry_after_ms,
      30'000);
}

TEST(Exhausted, RepeatsTheFirstSentenceThatTheUpstreamSaid) {
  Owned silent("a");
  silent.Cool("m", kNow + 1s, Trouble::kMinuteQuota);
  Owned first("b");
  first.Cool("m", kNow + 1s, Trouble::kMinuteQuota, "First.");
  Owned second("c");
  second.Cool("m", kNow + 1s, Trouble::kMinuteQuota, "Second.");
  const Error error = Exhausted({&silent, &first, &second}, true, "m", kMoment);
  EXPECT_TRUE(error.message.ends_with("the upstream says: \"First.\"")) << error.message;
}

TEST(Exhausted, AnAccountThatIsBeingTriedMayServeInASecond) {
  Owned tried("a");
  tried.Cool("", kNow, Trouble::kSpendCap);
  tried.in_flight = 1;
  EXPECT_EQ(Exhausted({&tried}, true, "m", kMoment).retry_after_ms, 1000);
  Owned cooling("b");
  cooling.Cool("m", kNow + 500ms, Trouble::kMinuteQuota);
  EXPECT_EQ(Exhausted({&tried, &cooling}, true, "m", kMoment).retry_after_ms, 500);
}

TEST(Exhausted, WithoutAnAccountNothingIsListed) {
  const Error none = Exhausted({}, false, "m", kMoment);
  EXPECT_EQ(none.code, ErrorCode::kNoAccount);
  EXPECT_EQ(none.members, "");
  EXPECT_EQ(Exhausted({}, true, "m", kMoment).code, ErrorCode::kUnknownModel);
}

}  // namespace
}  // namespace agm::accounts
