// What a shared journal makes of the state that it finds on the server.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/core/cluster/shared_journal_fixture.h"

namespace agm::cluster {
namespace {

TEST_F(SharedJournalServerTest, JoiningReadsTheWholeState) {
  const std::int64_t now = ServerNow();
  ASSERT_TRUE(JoinWith(
      {"healed", std::to_string(now), "odd one out"},
      {"f1", Written("work", now + 30'000, now), "f2", Written("healed", now + 30'000, now - 1),
       "f3", Written("healed", now + 40'000, now + 1), "odd one out"},
      {Json{{"account", "work"}, {"project", "p"}, {"credential", "c"}}.dump(),
       Json{{"account", "home"}, {"model", "m"}}.dump()}));
  EXPECT_EQ((std::vector<Command>{asked.begin(), asked.begin() + 3}),
            (std::vector<Command>{{"HGETALL", "agm:{pool}:recoveries"},
                                  {"HGETALL", "agm:{pool}:cooldowns"},
                                  {"HVALS", "agm:{pool}:learned"}}));
  EXPECT_EQ(healed, std::vector<std::string>{"healed"});
  EXPECT_EQ(AdoptedOwners(), (std::vector<std::string>{"work", "healed"}));
  EXPECT_EQ(adopted.at(1).until, clock.Wall() + 40s);
  EXPECT_EQ(belongings, std::vector<std::string>{"work|p|c"});
  ASSERT_EQ(quotas.size(), 1U);
  EXPECT_EQ(quotas[0].account, "home");
  EXPECT_TRUE(Repairs().empty());
}

TEST_F(SharedJournalServerTest, JoiningRemovesWhatIsOverOrUnreadable) {
  const std::int64_t now = ServerNow();
  ASSERT_TRUE(JoinWith({}, {"over", Written("a", now, now - 1), "lasts", Written("b", now + 1, now),
                            "broken", "{", "long over", Written("c", 0, 0)}));
  EXPECT_EQ(Repairs(), (std::vector<Command>{{"HDEL", "agm:{pool}:cooldowns", "over"},
                                             {"HDEL", "agm:{pool}:cooldowns", "broken"},
                                             {"HDEL", "agm:{pool}:cooldowns", "long over"}}));
  EXPECT_EQ(AdoptedOwners(), std::vector<std::string>{"b"});
}

TEST_F(SharedJournalServerTest, JoiningAddsWhatTheServerLacks) {
  const std::int64_t now = ServerNow();
  const auto field = [](const std::string& account) {
    return account + kBetween + "m" + kBetween + "minute_quota";
  };
  cooling = {Cooling("lacking", 30s), Cooling("known", 30s), Cooling("nearly known", 30s),
             Cooling("shorter there", 30s), Cooling("over", 0s)};
  ASSERT_TRUE(JoinWith({}, {field("known"), Written("known", now + 30'000, now),
                            field("nearly known"), Written("nearly known", now + 29'990, now),
                            field("shorter there"), Written("shorter there", now + 29'989, now)}));
  std::vector<std::string> told;
  for (const Command& command : Repairs()) {
    ASSERT_EQ(command.size(), 11U);
    told.push_back(command[4]);
    EXPECT_EQ(command[5], std::to_string(now + 30'000));
  }
  EXPECT_EQ(told, (std::vector<std::string>{field("lacking"), field("shorter there")}));
}

TEST_F(SharedJournalServerTest, ACooldownOfUnknownAgeIsTakenForOlderThanAnyEnd) {
  cooling = {Cooling("from the file", 30s)};
  ASSERT_TRUE(JoinWith({}, {}));
  ASSERT_EQ(Repairs().size(), 1U);
  EXPECT_EQ(ParseJson(Repairs()[0].at(7)).value()["at"], 0);
  journal->SaveCooldown(cooling[0]);
  clock.Advance(5s);
  ASSERT_TRUE(JoinWith({}, {}));
  ASSERT_EQ(Repairs().size(), 1U);
  EXPECT_EQ(ParseJson(Repairs()[0].at(7)).value()["at"], ServerNow() - 5000);
}

TEST_F(SharedJournalServerTest, ACooldownIsForgottenWithItsAgeWhenItIsOver) {
  journal->SaveCooldown(Cooling("work", 30s));
  cooling = {};
  ASSERT_TRUE(JoinWith({}, {}));
  cooling = {Cooling("work", 30s)};
  ASSERT_TRUE(JoinWith({}, {}));
  ASSERT_EQ(Repairs().size(), 1U);
  EXPECT_EQ(ParseJson(Repairs()[0].at(7)).value()["at"], 0);
}

TEST_F(SharedJournalServerTest, AnAdoptedCooldownKeepsItsAge) {
  const std::int64_t now = ServerNow();
  journal->Hear("+" + Written("work", now + 30'000, now - 7'000));
  cooling = adopted;
  ASSERT_TRUE(JoinWith({}, {}));
  ASSERT_EQ(Repairs().size(), 1U);
  const auto told = ParseJson(Repairs()[0].at(7)).value();
  EXPECT_EQ(told["at"], now - 7'000);
  EXPECT_EQ(told["until"], now + 30'000);
}

TEST_F(SharedJournalServerTest, AFailedQuestionEndsTheConnection) {
  for (const bool at_repair : {false, true}) {
    cooling = {Cooling("work", 30s)};
    const auto joined =
        journal->Join([&](const std::vector<Command>& commands) -> Result<std::vector<Reply>> {
          if (at_repair && commands.front().front() == "HGETALL") return std::vector<Reply>(3);
          return Fail(ErrorCode::kUpstreamUnavailable, "gone");
        });
    ASSERT_FALSE(joined);
    EXPECT_EQ(joined.error().message, "gone");
  }
}

TEST_F(SharedJournalServerTest, JoiningEndsWhatWasEndedMeanwhile) {
  ASSERT_TRUE(JoinWith({"work", "5000", "home", "6000"}, {}));
  EXPECT_EQ(healed, (std::vector<std::string>{"work", "home"}));
  EXPECT_EQ(local.dropped, healed);
  ASSERT_TRUE(JoinWith({"work", "5000", "home", "6001"}, {}));
  EXPECT_EQ(healed, (std::vector<std::string>{"work", "home", "home"})) << "the other is known";
}

}  // namespace
}  // namespace agm::cluster
