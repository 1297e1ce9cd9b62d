// What the shared counts say to the server and to the other machines, and what they make of the
// answers.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/core/cluster/shared_counts_fixture.h"

namespace agm::cluster {
namespace {

TEST_F(SharedCountsServerTest, TellsAllPartsOfItsUse) {
  server_ahead = 60'400;
  Group group(*counts, "project:p/models/x");
  Start();
  const WallTime window = test::FakeClock::kStart + 24h;
  Shares shares;
  shares.version = 7;
  shares.at = clock.Now();
  shares.kept = 90s;
  shares.counters = {
      {"requests", {3, 0, 2}}, {"budget", {}, 5, window}, {"parallel", {}, 0, {}, 4}, {"unused"}};
  group.Set(shares);
  counts->Changed("project:p/models/x");
  ASSERT_TRUE(Hears("EVALSHA", 1));
  const Command told = server->All("EVALSHA").front();
  const auto in_window = std::to_string(window.time_since_epoch().count());
  // The second on the server in which this machine's second ends.
  const auto second =
      std::to_string(test::FakeClock::kStart.time_since_epoch().count() / 1000 + 61);
  const std::string state = R"({"requests":{"s":)" + second + R"(,"m":[3,0,2]},"budget":{"w":)" +
                            in_window + R"(,"n":5},"parallel":{"h":4},"unused":{}})";
  EXPECT_EQ(told,
            (Command{"EVALSHA", "sha", "1", "agm:{project:p}:counts:models/x", link->instance(),
                     link->instance(), "7", state, state, "90000", "10000", "[]"}));
}

TEST_F(SharedCountsServerTest, WhatOutlivesTheProcessBelongsToTheMachine) {
  Group group(*counts, "key:team/ci");
  Start();
  Shares shares = Used(1, {1});
  shares.outlives = true;
  group.Set(shares);
  counts->Changed("key:team/ci");
  ASSERT_TRUE(Hears("EVALSHA", 1));
  const Command told = server->All("EVALSHA").front();
  EXPECT_EQ(told.at(3), "agm:{key:team/ci}:counts") << "a key's name may have a slash";
  EXPECT_EQ(told.at(4), "machine");
  EXPECT_EQ(told.at(5), link->instance());
}

TEST_F(SharedCountsServerTest, AsksAboutAllClaimsAndReadsTheVerdict) {
  Start();
  Says("EVALSHA", "*7\r\n:2\r\n:11\r\n:12\r\n:0\r\n:21\r\n:0\r\n:-1\r\n");
  const WallTime window = test::FakeClock::kStart + 1h;
  const Question question{
      kGroup, Used(3, {1}), Used(4, {2}), {{"requests", 1, 5}, {"budget", 3, {}, window, true}}};
  const auto verdicts = counts->Try({question});
  ASSERT_TRUE(verdicts);
  ASSERT_EQ(verdicts->size(), 1U);
  const store::Verdict& verdict = verdicts->front();
  EXPECT_EQ(verdict.full, 1U);
  ASSERT_EQ(verdict.counters.size(), 2U);
  EXPECT_EQ(verdict.counters[0].others, 11);
  EXPECT_EQ(verdict.counters[0].others_empty, 12ms);
  EXPECT_EQ(verdict.counters[0].room, 0ms);
  EXPECT_EQ(verdict.counters[1].others, 21);
  EXPECT_EQ(verdict.counters[1].others_empty, 0ms);
  EXPECT_EQ(verdict.counters[1].room, std::nullopt);
  const Command asked = server->All("EVALSHA").front();
  ASSERT_EQ(asked.size(), 12U);
  EXPECT_EQ(asked[6], "4");
  EXPECT_NE(asked[7].find("[1]"), std::string::npos);
  EXPECT_NE(asked[8].find("[2]"), std::string::npos);
  EXPECT_EQ(asked[11], R"([["requests",0,1,5,0],["budget",)" +
                           std::to_string(window.time_since_epoch().count()) + ",3,-1,1]]");
}

TEST_F(SharedCountsServerTest, AVerdictInWhichAllFits) {
  Start();
  Says("EVALSHA", "*4\r\n:0\r\n:0\r\n:0\r\n:7\r\n");
  const auto verdicts = counts->Try({{kGroup, {}, {}, {{"requests", 1, 5}}}});
  ASSERT_TRUE(verdicts);
  EXPECT_EQ(verdicts->front().full, std::nullopt);
  EXPECT_EQ(verdicts->front().counters.at(0).room, 7ms);
  Says("EVALSHA", "*4\r\n:1\r\n:0\r\n:0\r\n:7\r\n");
  EXPECT_EQ(counts->Try({{kGroup, {}, {}, {{"requests", 1, 5}}}})->front().full, 0U);
}

TEST_F(SharedCountsServerTest, AnAnswerThatIsNoVerdictIsNone) {
  Start();
  for (const char* answer : {"+OK\r\n", "-ERR no\r\n", "*0\r\n", "*3\r\n:0\r\n:0\r\n:0\r\n",
                             "*5\r\n:0\r\n:0\r\n:0\r\n:0\r\n:0\r\n", "+NOSCRIPT\r\n"}) {
    Says("EVALSHA", answer);
    EXPECT_FALSE(counts->Try({{kGroup, {}, {}, {{"requests", 1, 5}}}})) << answer;
  }
  EXPECT_EQ(server->Count("EVAL"), 0U);
}

TEST_F(SharedCountsServerTest, WithoutALinkNothingIsAsked) {
  EXPECT_FALSE(counts->Try({{kGroup, {}, {}, {{"requests", 1, 5}}}}));
  EXPECT_EQ(link->status().missed, 0U);
  EXPECT_EQ(link->status().waiting, 0U);
}

TEST_F(SharedCountsServerTest, SendsTheScriptWhenTheServerDoesNotHaveIt) {
  Start();
  Says("EVALSHA", "-NOSCRIPT No matching script.\r\n");
  Says("EVAL", "*4\r\n:0\r\n:1\r\n:2\r\n:3\r\n");
  const auto verdicts = counts->Try({{kGroup, {}, {}, {{"requests", 1, 5}}}});
  ASSERT_TRUE(verdicts);
  EXPECT_EQ(verdicts->front().counters.at(0).others, 1);
  const Command asked = server->All("EVAL").front();
  EXPECT_EQ(asked.at(1), kTry);
  EXPECT_EQ(asked.at(3), "agm:{project:p}:counts:m");
}

TEST_F(SharedCountsServerTest, SendsTheScriptAlwaysWhenTheServerWillNotKeepIt) {
  Says("SCRIPT", "-ERR unknown command\r\n");
  Group group(*counts, kGroup);
  Start();
  group.Set(Used(1, {1}));
  counts->Changed(kGroup);
  EXPECT_TRUE(Hears("EVAL", 1));
  EXPECT_EQ(server->All("EVAL").front().at(1), kTry);
  EXPECT_EQ(server->Count("EVALSHA"), 0U);
}

TEST_F(SharedCountsServerTest, TellsAgainWithTheScriptThatTheServerForgot) {
  Group group(*counts, kGroup);
  Start();
  Says("EVALSHA", "-NOSCRIPT No matching script.\r\n");
  group.Set(Used(1, {1}));
  counts->Changed(kGroup);
  ASSERT_TRUE(Eventually([&] { return link->status().state == LinkState::kHindered; }));
  clock.Advance(1001ms);
  EXPECT_TRUE(Hears("EVAL", 1));
}

TEST_F(SharedCountsServerTest, AMachineThatJoinsTellsAllItsGroups) {
  Group one(*counts, "project:p/one");
  Group two(*counts, "project:p/two");
  Group unused(*counts, "project:p/unused");
  one.Set(Used(1, {1}));
  two.Set(Used(2, {1}));
  Start();
  Settle();
  std::vector<std::string> told;
  for (const Command& each : server->All("EVALSHA")) told.push_back(each.at(3));
  EXPECT_EQ(told,
            (std::vector<std::string>{"agm:{project:p}:counts:one", "agm:{project:p}:counts:two"}));
  EXPECT_EQ(server->All("SCRIPT").front(), (Command{"SCRIPT", "LOAD", std::string(kTry)}));
}

TEST_F(SharedCountsServerTest, AFailedJoinIsReported) {
  const auto joined = counts->Join([](const auto&) -> Result<std::vector<Reply>> {
    return Fail(ErrorCode::kUpstreamUnavailable, "gone");
  });
  ASSERT_FALSE(joined);
  EXPECT_EQ(joined.error().message, "gone");
}

TEST_F(SharedCountsServerTest, WhatIsUsedNoMoreIsToldOnce) {
  Group group(*counts, kGroup);
  Start();
  group.Set(Used(1, {1}));
  counts->Changed(kGroup);
  ASSERT_TRUE(Hears("EVALSHA", 1));
  group.Set(Used(2));
  counts->Changed(kGroup);
  ASSERT_TRUE(Hears("EVALSHA", 2));
  EXPECT_EQ(server->All("EVALSHA").back().at(8), "{}");
}

TEST_F(SharedCountsServerTest, RenewsWhatIsHeldOrHasChanged) {
  Group group(*counts, kGroup);
  Start();
  group.Set(Used(1, {1}));
  Renewed();
  EXPECT_EQ(server->Count("EVALSHA"), 0U) << "nobody has touched it";
  counts->Touched(kGroup);
  counts->Touched("project:of/nobody");
  Renewed();
  EXPECT_EQ(server->Count("EVALSHA"), 1U);
  Renewed();
  EXPECT_EQ(server->Count("EVALSHA"), 1U) << "it has been told";
  group.Set(Used(2, {1}, 1));
  counts->Touched(kGroup);
  for (std::size_t told = 2; told <= 4; ++told) {
    Renewed();
    EXPECT_EQ(server->Count("EVALSHA"), told) << "a request is in progress";
  }
  group.Set(Used(3, {1}));
  Renewed();
  EXPECT_EQ(server->Count("EVALSHA"), 5U);
  Renewed();
  Renewed();
  EXPECT_EQ(server->Count("EVALSHA"), 5U);
}

TEST_F(SharedCountsServerTest, WhatAQuestionCountedIsToldIfItChangedSince) {
  Group group(*counts, kGroup);
  Start();
  Says("EVALSHA", "*4\r\n:0\r\n:0\r\n:0\r\n:0\r\n");
  ASSERT_TRUE(counts->Try({{kGroup, {}, Used(1, {1}), {{"requests", 1, 5}}}}));
  group.Set(Used(2, {5}));
  Renewed();
  EXPECT_EQ(server->Count("EVALSHA"), 2U);
}

}  // namespace
}  // namespace agm::cluster
