// What a shared journal says to the server, and what it makes of the server's words.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/core/cluster/shared_journal_fixture.h"

namespace agm::cluster {
namespace {

TEST_F(SharedJournalServerTest, ACooldownIsToldWithTheServersTimes) {
  Start();
  const std::int64_t now = ServerNow();
  journal->SaveCooldown(Cooling("work", 30s));
  const Command script = Script();
  ASSERT_EQ(script.size(), 11U);
  EXPECT_EQ(script[2], "1");
  EXPECT_EQ(script[3], "agm:{pool}:cooldowns");
  EXPECT_EQ(script[4], "work" + kBetween + "m" + kBetween + "minute_quota");
  EXPECT_EQ(script[5], std::to_string(now + 30'000));
  EXPECT_EQ(script[6], "print");
  EXPECT_EQ(ParseJson(script[7]).value(), (Json{{"owner", "work"},
                                                {"model", "m"},
                                                {"reason", "minute_quota"},
                                                {"until", now + 30'000},
                                                {"strikes", 2},
                                                {"counts_until", now + 60'000},
                                                {"credential", "print"},
                                                {"said", "Slow down."},
                                                {"at", now}}));
  EXPECT_EQ(script[8], "agm:changes");
  EXPECT_EQ(script[9], link->Announcement("cooldown", "+" + script[7]));
  EXPECT_EQ(script[10], "31000") << "a second more than the cooldown";
}

TEST_F(SharedJournalServerTest, ACooldownThatWaitedForTheServerEndsWhenItDoes) {
  journal->SaveCooldown(Cooling("work", 30s));
  journal->SaveCooldown(Cooling("short", 4s));
  clock.Advance(10s);
  Start();
  const Command script = Script();
  const std::int64_t now = ServerNow();
  ASSERT_EQ(script.size(), 11U);
  EXPECT_EQ(script[5], std::to_string(now + 20'000));
  const auto told = ParseJson(script[7]);
  EXPECT_EQ((*told)["at"], now - 10'000);
  EXPECT_EQ((*told)["counts_until"], now + 50'000);
  EXPECT_EQ(script[10], "21000");
  Settle();
  EXPECT_EQ(server->Count("EVAL"), 1U) << "the other one is over";
}

TEST_F(SharedJournalServerTest, AQuarantineHasNoEnd) {
  Start();
  Cooldown quarantine = Cooling("work", 0s);
  quarantine.until = quarantine.counts_until = WallTime::max();
  journal->SaveCooldown(quarantine);
  const Command script = Script();
  ASSERT_EQ(script.size(), 11U);
  EXPECT_EQ(script[5], std::to_string(kForever));
  const auto told = ParseJson(script[7]);
  EXPECT_EQ((*told)["until"], kForever);
  EXPECT_EQ((*told)["counts_until"], kForever);
  EXPECT_EQ(script[10], std::to_string(30LL * 24 * 3600 * 1000));
}

TEST_F(SharedJournalServerTest, OnlyCooldownsOfMoreThanFiveSecondsGoToTheLocalJournal) {
  journal->SaveCooldown(Cooling("five seconds", 5s));
  journal->SaveCooldown(Cooling("longer", 5001ms));
  ASSERT_EQ(local.saved.size(), 1U);
  EXPECT_EQ(local.saved[0].account, "longer");
  const std::int64_t now = ServerNow();
  journal->Hear("+" + Written("their five seconds", now + 5000, now));
  journal->Hear("+" + Written("their longer", now + 5001, now));
  ASSERT_EQ(local.saved.size(), 2U);
  EXPECT_EQ(local.saved[1].account, "their longer");
  EXPECT_EQ(AdoptedOwners(), (std::vector<std::string>{"their five seconds", "their longer"}));
}

TEST_F(SharedJournalServerTest, ACooldownOfAnotherNodeIsAdoptedInThisMachinesTime) {
  Start();
  const std::int64_t until = ServerNow() + 30'000;
  journal->Hear("+" + Written("work", until, ServerNow()));
  ASSERT_EQ(adopted.size(), 1U);
  const Cooldown& cooldown = adopted[0];
  EXPECT_EQ(cooldown.account, "work");
  EXPECT_EQ(cooldown.model, "m");
  EXPECT_EQ(cooldown.reason, "minute_quota");
  EXPECT_EQ(cooldown.until, clock.Wall() + 30s);
  EXPECT_EQ(cooldown.strikes, 2);
  EXPECT_EQ(cooldown.counts_until, clock.Wall() + 30'005ms);
  EXPECT_EQ(cooldown.credential, "print");
  EXPECT_EQ(cooldown.said, "Slow down.");
  journal->Hear("+" + Written("work", kForever, ServerNow()));
  ASSERT_EQ(adopted.size(), 2U);
  EXPECT_EQ(adopted[1].until, WallTime::max());
  journal->Hear("+" + Written("work", kForever - 1, ServerNow()));
  ASSERT_EQ(adopted.size(), 3U);
  EXPECT_NE(adopted[2].until, WallTime::max());
}

TEST_F(SharedJournalServerTest, WordsThatAreNoChangeDoNothing) {
  for (const char* change : {"", "+", "+no json", "*", "*{", "-", "-12", "x{}", "{}"}) {
    journal->Hear(change);
  }
  EXPECT_TRUE(adopted.empty());
  EXPECT_TRUE(healed.empty());
  EXPECT_TRUE(quotas.empty());
  EXPECT_TRUE(belongings.empty());
  EXPECT_TRUE(local.saved.empty());
  EXPECT_TRUE(local.dropped.empty());
}

TEST_F(SharedJournalServerTest, AnEndThatAnotherNodeTellsHoldsForWhatBeganBeforeIt) {
  journal->Hear("-5000\nwork");
  EXPECT_EQ(healed, std::vector<std::string>{"work"});
  EXPECT_EQ(local.dropped, std::vector<std::string>{"work"});
  journal->Hear("-5000\nwork");
  journal->Hear("-4999\nwork");
  EXPECT_EQ(healed.size(), 1U) << "it is known";
  const std::int64_t until = ServerNow() + 30'000;
  journal->Hear("+" + Written("work", until, 4999));
  journal->Hear("+" + Written("work", until, 5000));
  EXPECT_TRUE(adopted.empty());
  journal->Hear("+" + Written("home", until, 1));
  journal->Hear("+" + Written("work", until, 5001));
  EXPECT_EQ(AdoptedOwners(), (std::vector<std::string>{"home", "work"}));
  journal->Hear("-5001\nwork");
  EXPECT_EQ(healed.size(), 2U);
}

TEST_F(SharedJournalServerTest, AnEndIsToldToTheOthers) {
  Start();
  const std::int64_t at = ServerNow();
  journal->DropCooldowns("work");
  EXPECT_EQ(local.dropped, std::vector<std::string>{"work"});
  const Command script = Script();
  ASSERT_EQ(script.size(), 11U);
  const Command arguments(script.begin() + 2, script.end());
  EXPECT_EQ(arguments, (Command{"2", "agm:{pool}:cooldowns", "agm:{pool}:recoveries",
                                "work" + kBetween, "work", std::to_string(at), "agm:changes",
                                link->Announcement("cooldown", "-" + std::to_string(at) + "\nwork"),
                                "86400000"}));
  journal->Hear("+" + Written("work", at + 30'000, at));
  EXPECT_TRUE(adopted.empty()) << "it began before the end";
  journal->Hear("-" + std::to_string(at) + "\nwork");
  EXPECT_TRUE(healed.empty()) << "its own";
}

TEST_F(SharedJournalServerTest, ALearnedProjectIsKeptAndTold) {
  Start();
  journal->SaveBelonging({"work", "project-7", "print"});
  EXPECT_EQ(local.belongings, std::vector<std::string>{"work|project-7|print"});
  const Command script = Script();
  ASSERT_EQ(script.size(), 9U);
  const Command arguments(script.begin() + 2, script.end());
  const std::string text = script[5];
  EXPECT_EQ(arguments,
            (Command{"1", "agm:{pool}:learned", "project" + kBetween + "work", text, "agm:changes",
                     link->Announcement("cooldown", "*" + text), "604800000"}));
  EXPECT_EQ(ParseJson(text).value(),
            (Json{{"account", "work"}, {"credential", "print"}, {"project", "project-7"}}));
  journal->Hear("*" + text);
  EXPECT_EQ(belongings, std::vector<std::string>{"work|project-7|print"});
  EXPECT_EQ(local.belongings.size(), 2U);
}

TEST_F(SharedJournalServerTest, ALearnedQuotaIsToldInTheServersTimeAndReadInTheMachines) {
  Start();
  PoolJournal::Quota quota;
  quota.account = "work";
  quota.credential = "print";
  quota.model = "m";
  quota.requests = {10, true, clock.Wall() - 1s, clock.Wall() + 1h};
  quota.tokens = {2000, false, clock.Wall() - 2s, WallTime::max()};
  quota.day = {30, true, clock.Wall() + 3s, clock.Wall() + 24h};
  journal->SaveQuota(quota);
  const Command script = Script();
  ASSERT_EQ(script.size(), 9U);
  EXPECT_EQ(script[4], "work" + kBetween + "m");
  const std::int64_t now = ServerNow();
  const auto limit = [](std::int64_t most, bool sure, std::int64_t from, std::int64_t until) {
    return Json{{"limit", most}, {"sure", sure}, {"from", from}, {"until", until}};
  };
  EXPECT_EQ(ParseJson(script[5]).value(),
            (Json{{"account", "work"},
                  {"credential", "print"},
                  {"model", "m"},
                  {"requests", limit(10, true, now - 1000, now + 3'600'000)},
                  {"tokens", limit(2000, false, now - 2000, kForever)},
                  {"day", limit(30, true, now + 3000, now + 86'400'000)}}));
  journal->Hear("*" + script[5]);
  ASSERT_EQ(quotas.size(), 1U);
  const PoolJournal::Quota& read = quotas[0];
  EXPECT_EQ(read.account + read.credential + read.model, "workprintm");
  for (const auto& [is, was] :
       {std::pair{read.requests, quota.requests}, std::pair{read.tokens, quota.tokens},
        std::pair{read.day, quota.day}}) {
    EXPECT_EQ(is.limit, was.limit);
    EXPECT_EQ(is.sure, was.sure);
    EXPECT_EQ(is.from, was.from);
    EXPECT_EQ(is.until, was.until);
  }
}

TEST_F(SharedJournalServerTest, TiesGoTheWayOfTheRows) {
  journal->SaveTie({"conversation", "work"});
  EXPECT_EQ(copies.announced, std::vector<std::string>{"conversation=work"});
  ASSERT_TRUE(copies.tie);
  copies.tie("another", "home");
  EXPECT_EQ(ties, std::vector<std::string>{"another=home"});
}

TEST_F(SharedJournalServerTest, HearsTheChannelAsATopicOfTheLink) {
  Start();
  server->Say(1, From("other", clock.Wall(), "-5000\nwork", "cooldown"));
  EXPECT_TRUE(Eventually([&] { return link->status().changes == 1; }));
  EXPECT_EQ(healed, std::vector<std::string>{"work"});
}

}  // namespace
}  // namespace agm::cluster
