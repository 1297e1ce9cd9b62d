// Accounts that share the quota of one project.

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

}  // namespace
}  // namespace agm::accounts
