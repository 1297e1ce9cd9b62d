// Accounts that share the quota of one project.

#include <set>

#include "tests/core/accounts/pool_fixture.h"

namespace agm::accounts {
namespace {

class Projects : public PoolTest {
 protected:
  static Failure Told(const std::string& project, Trouble trouble = Trouble::kMinuteQuota) {
    Failure failure = Of(trouble, 30s);
    failure.project = project;
    return failure;
  }
};

TEST_F(Projects, KeysOfADeclaredProjectCoolDownTogether) {
  Pool pool = Make({Named("a", "p"), Named("b", "p"), Named("c", "q")});
  Break(pool, "a", Of(Trouble::kMinuteQuota, 30s));
  for (int i = 0; i < 4; ++i) EXPECT_EQ(Given(pool), "c");
  EXPECT_EQ(StatusOf(pool, "b").reason, "minute_quota");
}

TEST_F(Projects, ABadKeyIsNotItsProjectsTrouble) {
  Pool pool = Make({Named("a", "p"), Named("b", "p")});
  Break(pool, "a", Of(Trouble::kBadKey));
  EXPECT_EQ(Given(pool), "b");
}

TEST_F(Projects, BillingFailuresBelongToTheProject) {
  Pool pool = Make({Named("a", "p"), Named("b", "p")});
  Break(pool, "a", Of(Trouble::kNoCredit));
  EXPECT_FALSE(Take(pool));
  EXPECT_FALSE(Take(pool, {}, 0ms, {}, "another-model"));
}

TEST_F(Projects, AccountsWithoutAProjectAreIndependent) {
  Pool pool = Make({Named("a"), Named("b")});
  Break(pool, "a", Of(Trouble::kMinuteQuota, 30s));
  EXPECT_EQ(Given(pool), "b");
}

TEST_F(Projects, AreLearnedFromWhatAnswersTell) {
  Pool pool = Make({Named("a"), Named("b"), Named("c")});
  Break(pool, "a", Told("123"));
  Break(pool, "b", Told("123"));
  EXPECT_EQ(StatusOf(pool, "a").project, "123");
  EXPECT_EQ(StatusOf(pool, "b").project, "123");
  clock_.Advance(1min);
  Break(pool, "b", Told("123"));
  for (int i = 0; i < 4; ++i) EXPECT_EQ(Given(pool), "c");  // a is in cooldown together with b
}

TEST_F(Projects, WhatWasLearnedSurvivesARestart) {
  {
    Pool pool = Make({Named("a"), Named("b")});
    Break(pool, "a", Told("123"));
    clock_.Advance(1min);
    Break(pool, "b", Told("123"));
  }
  Pool pool = Make({Named("a"), Named("b")});
  EXPECT_EQ(StatusOf(pool, "a").reason, "minute_quota");
  EXPECT_EQ(StatusOf(pool, "a").project, "123");
}

TEST_F(Projects, AnUndeclaredAccountJoinsTheDeclaredProjectThatHasItsNumber) {
  Pool pool = Make({Named("a", "my-project"), Named("b")});
  Break(pool, "a", Told("123"));
  Break(pool, "b", Told("123"));
  EXPECT_EQ(StatusOf(pool, "b").project, "my-project");
  EXPECT_EQ(StatusOf(pool, "a").project, "my-project");
}

TEST_F(Projects, ADeclaredProjectAbsorbsALearnedProject) {
  Pool pool = Make({Named("a", "my-project"), Named("b")});
  Break(pool, "b", Told("123"));
  Break(pool, "a", Told("123"));
  EXPECT_EQ(StatusOf(pool, "b").project, "my-project");
}

TEST_F(Projects, TheConfigurationOverridesUpstreamResponses) {
  Pool pool = Make({Named("a", "p"), Named("b", "q")});
  Break(pool, "a", Told("123"));
  Break(pool, "b", Told("123"));
  EXPECT_EQ(StatusOf(pool, "a").project, "p");
  EXPECT_EQ(StatusOf(pool, "b").project, "q");
}

TEST_F(Projects, AKeyThatMovedToAnotherProjectMovesHereToo) {
  Pool pool = Make({Named("a"), Named("b")});
  Break(pool, "a", Told("123"));
  Break(pool, "b", Told("123"));
  clock_.Advance(1min);
  Break(pool, "b", Told("456"));
  EXPECT_EQ(StatusOf(pool, "b").project, "456");
  EXPECT_EQ(StatusOf(pool, "a").state, AccountState::kReady);
}

TEST_F(Projects, ALeaseNamesTheProjectOfItsQuota) {
  Pool pool = Make({Named("a", "p")});
  EXPECT_EQ(Take(pool)->project(), "p");
  Pool own = Make({Named("b")});
  EXPECT_EQ(Take(own)->project(), "b");
}

TEST_F(Projects, WhatIsUnderWayIsCountedWhereItBelongsAfterAMove) {
  Pool pool = Make({Named("a"), Named("b"), Named("c")});
  auto one = Take(pool, {"b", "c"});
  Break(pool, "a", Told("123", Trouble::kSharedCapacity));
  Break(pool, "b", Told("123", Trouble::kSharedCapacity));
  clock_.Advance(1min);
  // a has one request in progress and b shares its project, so c has the most capacity.
  EXPECT_EQ(Given(pool), "c");
  one->Report(Success{});
  std::map<std::string, int> given;
  for (int i = 0; i < 9; ++i) ++given[Given(pool)];
  EXPECT_EQ(given.size(), 3U);
}

TEST_F(Projects, ADeclaredProjectAbsorbsOnlyTheLearnedProjectsAccounts) {
  Pool pool = Make({Named("a", "my-project"), Named("b"), Named("c")});
  Break(pool, "b", Told("123"));
  Break(pool, "a", Told("123"));
  EXPECT_EQ(StatusOf(pool, "b").project, "my-project");
  EXPECT_EQ(StatusOf(pool, "c").project, "");
  EXPECT_EQ(StatusOf(pool, "c").state, AccountState::kReady);
  EXPECT_EQ(StatusOf(pool, "c").ModelsCooling(), 0U);
}

TEST_F(Projects, EachThatIsLearnedIsKeptOnce) {
  Pool pool = Make({Named("a"), Named("b"), Named("declared", "p"), Named("too", "q")});
  for (const char* name : {"a", "b", "declared", "declared", "a", "too"}) {
    Break(pool, name, Told("123", Trouble::kDeadline));
  }
  for (const char* name : {"a", "b", "declared", "declared", "a", "too"}) {
    Break(pool, name, Told("123"));
    clock_.Advance(2min);
  }
  std::vector<std::string> kept;
  for (const auto& each : journal_.belongings) kept.push_back(each.account + "/" + each.project);
  EXPECT_EQ(kept, (std::vector<std::string>{"a/123", "b/123", "declared/123"}));
}

TEST_F(Projects, AnAccountThatJoinsAProjectBringsItsCooldowns) {
  Pool pool = Make({Named("a"), Named("b")});
  Break(pool, "b", Told("123"));
  Break(pool, "a", Of(Trouble::kMinuteQuota, 10min), "another-model");
  Break(pool, "a", Told("123"), "third-model");
  EXPECT_FALSE(Take(pool, {}, 0ms, {}, "another-model")) << "b shares the quota";
}

TEST_F(Projects, WhatIsUnderWayGoesWithAnAccountThatLeavesAProject) {
  Pool pool = Make({Named("a"), Named("b"), Named("c")});
  Break(pool, "a", Told("123"));
  Break(pool, "b", Told("123"));
  clock_.Advance(2min);
  auto stays = Take(pool, {"a", "c"});
  auto tells = Take(pool, {"a", "c"});
  ASSERT_TRUE(stays && tells);
  tells->Report(Told("456", Trouble::kSharedCapacity));
  EXPECT_EQ(StatusOf(pool, "b").project, "456");
  clock_.Advance(1min);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Given(pool, {"a"}), "c") << "b has one under way";
  stays->Report(Success{});
  clock_.Advance(2min);
  std::set<std::string> given;
  for (int i = 0; i < 6; ++i) given.insert(Given(pool));
  EXPECT_EQ(given.size(), 3U);
}

TEST_F(Projects, WhatIsUnderWayGoesWithAnAccountWhoseProjectWasChanged) {
  Pool pool = Make({Named("a", "p"), Named("b", "q"), Named("c", "r")});
  auto lease = Take(pool, {"b", "c"});
  ASSERT_TRUE(lease);
  pool.Apply(Configured({Named("a", "q"), Named("b", "q"), Named("c", "r")}));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Given(pool, {"a"}), "c") << "b's project has one under way";
  lease->Report(Success{});
  clock_.Advance(2min);
  std::set<std::string> given;
  for (int i = 0; i < 6; ++i) given.insert(Given(pool));
  EXPECT_EQ(given.size(), 3U);
}

TEST_F(Projects, AChangedLimitEndsTheCooldownsOfItsQuota) {
  const auto changed = [](int config::Account::*limit) {
    config::Account account = Named("a", "p");
    if (limit != nullptr) account.*limit = 1000;
    return account;
  };
  for (const Trouble trouble : {Trouble::kMinuteQuota, Trouble::kDayQuota}) {
    for (const auto limit :
         {&config::Account::requests_per_minute, &config::Account::tokens_per_minute,
          &config::Account::requests_per_day}) {
      Pool pool = Make({Named("a", "p")});
      Break(pool, "a", Of(trouble, 10min));
      pool.Apply(Configured({changed(nullptr)}));
      EXPECT_FALSE(Take(pool));
      EXPECT_EQ(journal_.cooldowns.size(), 1U);
      pool.Apply(Configured({changed(limit)}));
      EXPECT_EQ(Given(pool), "a");
      EXPECT_TRUE(journal_.cooldowns.empty());
    }
  }
  Pool pool = Make({Named("a", "p")});
  Break(pool, "a", Of(Trouble::kSharedLimit, 10min));
  pool.Apply(Configured({changed(&config::Account::requests_per_day)}));
  EXPECT_FALSE(Take(pool)) << "it has no limit of the user's";
}

TEST_F(Projects, ADeclaredProjectKeepsTheFirstNumberThatIsTold) {
  Pool pool = Make({Named("a", "p"), Named("b")});
  Break(pool, "a", Told("123"));
  clock_.Advance(1min);
  Break(pool, "a", Told("456"));
  EXPECT_EQ(journal_.belongings.size(), 1U);
  Break(pool, "b", Told("456"));
  EXPECT_EQ(StatusOf(pool, "b").project, "456");
}

TEST_F(Projects, ALearnedNumberStaysWhereTheProjectIsDeclaredLater) {
  Pool pool = Make({Named("a")});
  Break(pool, "a", Told("123"));
  pool.Apply(Configured({Named("a", "123")}));
  clock_.Advance(1min);
  Break(pool, "a", Told("456"));
  EXPECT_EQ(journal_.belongings.size(), 1U);
}

TEST_F(Projects, WhatIsUnderWayGoesWithAnAccountThatJoinsAProject) {
  Pool pool = Make({Named("a"), Named("b"), Named("c")});
  Break(pool, "b", Told("123", Trouble::kSharedCapacity));
  clock_.Advance(2min);
  auto stays = Take(pool, {"b", "c"});
  auto tells = Take(pool, {"b", "c"});
  ASSERT_TRUE(stays && tells);
  tells->Report(Told("123", Trouble::kSharedCapacity));
  EXPECT_EQ(StatusOf(pool, "a").project, "123");
  clock_.Advance(2min);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Given(pool, {"a"}), "c") << "b's project has one under way";
}

}  // namespace
}  // namespace agm::accounts
