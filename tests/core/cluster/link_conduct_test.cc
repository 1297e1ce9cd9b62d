// What a link does on its own: it introduces itself, notices silence and refusals, and connects
// again.

#include <gtest/gtest.h>

#include "core/base/json.h"
#include "tests/core/cluster/link_fixture.h"

namespace agm::cluster {
namespace {

using test::Eventually;

constexpr Patience kShort{20ms, 60ms, 1000ms};

class LinkConductTest : public ScriptedLinkTest {};

TEST_F(LinkConductTest, KnowsWhereItBelongsBeforeItIsConnected) {
  Make();
  const LinkStatus status = link->status();
  EXPECT_EQ(status.state, LinkState::kAlone);
  EXPECT_EQ(status.why, "not connected yet");
  EXPECT_EQ(status.server, "127.0.0.1:" + std::to_string(server->port()) + "/2");
  EXPECT_EQ(status.node, "a");
  EXPECT_FALSE(link->connected());
  const auto replies = link->Ask({{"GET", "k"}});
  ASSERT_FALSE(replies);
  EXPECT_EQ(replies.error().code, ErrorCode::kUpstreamUnavailable);
  EXPECT_EQ(replies.error().message, "no link to the cluster's server: not connected yet");
  EXPECT_EQ(link->Key("x"), "agm:x");
  EXPECT_EQ(link->place().channel(), "agm:changes");
}

TEST_F(LinkConductTest, NamesEachState) {
  EXPECT_EQ(NameOf(LinkState::kAlone), "alone");
  EXPECT_EQ(NameOf(LinkState::kHindered), "hindered");
  EXPECT_EQ(NameOf(LinkState::kConnected), "connected");
}

TEST_F(LinkConductTest, IntroducesItselfWhenItIsConnectedAndEveryTwoSeconds) {
  Connect();
  ASSERT_TRUE(Eventually([&] { return follower.renewed == 1; }));
  clock.Advance(1999ms);
  Settle();
  EXPECT_EQ(server->Count("HSET"), 1U);
  EXPECT_EQ(follower.renewed, 1);
  clock.Advance(1ms);
  EXPECT_TRUE(Hears("HSET", 2));
  EXPECT_TRUE(Hears("PEXPIRE", 2));
  EXPECT_TRUE(Eventually([&] { return follower.renewed == 2; }));
  const auto introductions = server->All("HSET");
  const std::int64_t start = test::FakeClock::kStart.time_since_epoch().count();
  for (std::size_t i = 0; i < introductions.size(); ++i) {
    const Command& each = introductions[i];
    ASSERT_EQ(each.size(), 4U);
    EXPECT_EQ(each[1], "agm:{nodes}:list");
    EXPECT_EQ(each[2], link->instance());
    const auto node = ParseJson(each[3]);
    ASSERT_TRUE(node);
    EXPECT_EQ((*node)["node"], "a");
    EXPECT_EQ((*node)["started"], start);
    EXPECT_EQ((*node)["seen"], start + (i == 0 ? 0 : 2000));
    EXPECT_EQ((*node)["connections"], 1);
  }
  EXPECT_EQ(server->All("PEXPIRE").front(), (Command{"PEXPIRE", "agm:{nodes}:list", "3600000"}));
}

TEST_F(LinkConductTest, SendsTheLastWritesAndLeavesTheListOfNodesWhenItStops) {
  follower.on_renew = [this] { Write("renewal " + std::to_string(follower.renewed)); };
  Connect();
  ASSERT_TRUE(Hears("SET", 1));
  link->Stop();
  EXPECT_EQ(server->All("SET"),
            (std::vector<Command>{{"SET", "renewal 1", "1"}, {"SET", "renewal 2", "1"}}));
  EXPECT_EQ(server->Heard(0).back(), (Command{"HDEL", "agm:{nodes}:list", link->instance()}));
}

TEST_F(LinkConductTest, AsksForTheTimeWhenNothingElseShowsThatTheServerAnswers) {
  Connect();
  ASSERT_TRUE(Hears("TIME", 2)) << "once to meet, once at the first beat";
  clock.Advance(29ms);
  ASSERT_TRUE(link->Ask({{"GET", "k"}}));
  ASSERT_TRUE(link->Ask({{"GET", "k"}}));
  EXPECT_EQ(server->Count("TIME"), 2U);
  clock.Advance(1ms);
  EXPECT_TRUE(Hears("TIME", 3));
  Settle();
  ASSERT_TRUE(Eventually([&] { return link->status().waiting == 0; })) << "all is answered";
  silent_on = 0;
  clock.Advance(30ms);
  EXPECT_TRUE(Hears("TIME", 4));
  clock.Advance(30ms);
  Settle();
  EXPECT_EQ(server->Count("TIME"), 4U) << "the answer to the last question will show it";
}

TEST_F(LinkConductTest, ReportsTheTimeOfARoundTrip) {
  time_takes = 3ms;
  Connect();
  EXPECT_TRUE(
      Eventually([&] { return link->status().round_trip == std::chrono::microseconds(3000); }));
}

TEST_F(LinkConductTest, NotesTheServersTimeHoweverItsOwnCalendarIsSet) {
  server_ahead = 60'000;
  Connect();
  EXPECT_EQ(link->server_clock().Now(), clock.Wall() + 60s);
}

TEST_F(LinkConductTest, IgnoresATimeThatIsNone) {
  for (const char* answer : {"+OK\r\n", "*0\r\n", "*1\r\n$1\r\n1\r\n", ":7\r\n", "$-1\r\n"}) {
    Says("TIME", answer);
    Connect();
    EXPECT_EQ(link->server_clock().Now(), clock.Wall()) << answer;
    link->Stop();
  }
}

TEST_F(LinkConductTest, IsHinderedAfterASilenceAndConnectedAtTheAnswer) {
  Connect(kShort);
  ASSERT_TRUE(Hears("TIME", 2));
  silent_on = 0;
  Write("unanswered");
  ASSERT_TRUE(Hears("SET", 1));
  clock.Advance(60ms);
  Settle();
  EXPECT_TRUE(link->connected());
  clock.Advance(1ms);
  ASSERT_TRUE(Eventually([&] { return link->status().state == LinkState::kHindered; }));
  EXPECT_EQ(link->status().why, "it does not answer");
  const auto replies = link->Ask({{"GET", "k"}}, 5s);
  ASSERT_FALSE(replies);
  EXPECT_EQ(replies.error().message, "no link to the cluster's server: it does not answer");
  EXPECT_GE(link->status().waiting, 1U);
  silent_on = -1;
  for (std::size_t i = 0; i < 10; ++i) server->Say(0, "+OK\r\n");
  EXPECT_TRUE(Eventually([&] { return Turns().size() >= 3; }));
  EXPECT_EQ(Turns(),
            (std::vector<std::string>{"connected:", "hindered:it does not answer", "connected:"}));
  EXPECT_EQ(link->status().why, "");
}

TEST_F(LinkConductTest, GivesTheConnectionsUpAfterALongSilence) {
  Connect(kShort);
  ASSERT_TRUE(Hears("TIME", 2));
  silent_on = 0;
  Write("unanswered");
  ASSERT_TRUE(Hears("SET", 1));
  clock.Advance(1000ms);
  Settle();
  EXPECT_EQ(link->status().state, LinkState::kHindered);
  EXPECT_EQ(server->connections(), 2);
  clock.Advance(1ms);
  EXPECT_TRUE(Eventually([&] { return server->connections() >= 4; }));
  EXPECT_TRUE(Eventually([&] { return Turns().size() >= 4; }));
  EXPECT_EQ(link->status().connections, 2U);
  EXPECT_EQ(Turns(),
            (std::vector<std::string>{"connected:", "hindered:it does not answer",
                                      "alone:no link to the cluster's server: it does not answer",
                                      "connected:"}));
  EXPECT_TRUE(Hears("SET", 2)) << "the unanswered write is sent again";
}

TEST_F(LinkConductTest, PingsTheChannelEverySecondAndGivesItUpWhenItIsDead) {
  Connect(kShort);
  silent_on = 1;
  clock.Advance(1000ms);
  Settle();
  EXPECT_EQ(server->Count("PING"), 0U);
  clock.Advance(1ms);
  EXPECT_TRUE(Hears("PING", 1));
  Settle();
  EXPECT_EQ(server->Count("PING"), 1U);
  EXPECT_EQ(server->Heard(1).back(), Command{"PING"});
  clock.Advance(999ms);
  Settle();
  EXPECT_TRUE(link->connected()) << "two seconds";
  clock.Advance(1ms);
  EXPECT_TRUE(Eventually([&] { return server->connections() >= 4; }));
}

TEST_F(LinkConductTest, AnAnsweredPingKeepsTheConnections) {
  Connect(kShort);
  for (std::size_t second = 1; second <= 4; ++second) {
    Settle();
    ASSERT_TRUE(Eventually([&] { return link->status().waiting == 0; }));
    clock.Advance(1001ms);
    ASSERT_TRUE(Hears("PING", second));
    Settle();
  }
  EXPECT_TRUE(link->connected());
  EXPECT_EQ(server->connections(), 2);
}

TEST_F(LinkConductTest, TriesARefusedWriteAgainAfterASecond) {
  Says("SET", "-OOM no memory\r\n");
  Connect();
  Write("kept");
  ASSERT_TRUE(Eventually([&] { return link->status().state == LinkState::kHindered; }));
  EXPECT_EQ(link->status().why, "it refuses writes: OOM no memory");
  EXPECT_GE(link->status().waiting, 1U);
  clock.Advance(1000ms);
  Settle();
  EXPECT_EQ(server->Count("SET"), 1U);
  EXPECT_EQ(link->status().state, LinkState::kHindered);
  clock.Advance(1ms);
  EXPECT_TRUE(Hears("SET", 2));
  Settle();  // the refusal is on its way
  EXPECT_TRUE(Eventually([&] { return link->status().state == LinkState::kHindered; }));
  SaysNoMore("SET");
  clock.Advance(1000ms);
  Settle();
  EXPECT_EQ(server->Count("SET"), 2U);
  clock.Advance(1ms);
  EXPECT_TRUE(Hears("SET", 3));
  EXPECT_TRUE(Eventually([&] { return link->connected() && link->status().waiting == 0; }));
  clock.Advance(5s);
  Settle();
  EXPECT_EQ(server->Count("SET"), 3U);
}

TEST_F(LinkConductTest, AWriterHearsTheAnswerAndTheRefusal) {
  Connect();
  std::vector<std::string> answers;  // written by the link's thread
  Says("SET", "+DONE\r\n");
  link->Write(
      "x",
      [] {
        return Command{"SET", "x", "1"};
      },
      [&](const Reply& reply) { answers.push_back(reply.text); });
  ASSERT_TRUE(Eventually([&] { return link->status().waiting == 0; }));
  Says("SET", "-ERR no\r\n");
  link->Write(
      "x",
      [] {
        return Command{"SET", "x", "2"};
      },
      [&](const Reply& reply) { answers.push_back(reply.text); });
  ASSERT_TRUE(Eventually([&] { return link->status().state == LinkState::kHindered; }));
  link->Stop();
  EXPECT_EQ(answers, (std::vector<std::string>{"DONE", "ERR no"}));
}

TEST_F(LinkConductTest, ForgetsARefusalWhenTheConnectionIsNew) {
  Says("SET", "-OOM no memory\r\n");
  Connect();
  Write("kept");
  ASSERT_TRUE(Eventually([&] { return link->status().state == LinkState::kHindered; }));
  SaysNoMore("SET");
  server->HangUp();
  ASSERT_TRUE(Eventually([&] { return link->status().connections == 2; }));
  EXPECT_TRUE(Eventually([&] { return link->status().waiting == 0; })) << "it is sent at once";
  Settle();
  EXPECT_TRUE(link->connected());
  EXPECT_EQ(link->status().why, "");
}

TEST_F(LinkConductTest, HearsTheChangesOfOthersOnly) {
  Connect();
  const WallTime now = clock.Wall();
  server->Say(1, From(link->instance(), now, "its own"));
  server->Say(1, From("other", now, "to nobody", "unknown"));
  server->Say(1, MessageOn("agm:changes", "test"));
  server->Say(1, MessageOn("agm:changes", "test\nother"));
  server->Say(1, From("other", now, ""));
  server->Say(1, From("other", now, "news\nof two lines\n"));
  ASSERT_TRUE(Eventually([&] { return link->status().changes == 4; }));
  EXPECT_EQ(follower.heard(), (std::vector<std::string>{"", "", "", "news\nof two lines\n"}));
}

TEST_F(LinkConductTest, ReportsHowLateTheLastChangeArrived) {
  Connect();
  server->Say(1, From("other", clock.Wall() - 1234ms, "late"));
  EXPECT_TRUE(Eventually([&] { return link->status().changes == 1; }));
  EXPECT_EQ(link->status().lag, 1234ms);
  server->Say(1, From("other", clock.Wall() + 5s, "of the future"));
  EXPECT_TRUE(Eventually([&] { return link->status().changes == 2; }));
  EXPECT_EQ(link->status().lag, 0ms);
}

TEST_F(LinkConductTest, AnAnnouncementNamesTopicSenderAndTheServersTime) {
  server_ahead = 1000;
  Connect();
  EXPECT_EQ(link->Announcement("topic", "a\nb"),
            "topic\n" + link->instance() + "\n" +
                std::to_string((clock.Wall() + 1s).time_since_epoch().count()) + "\na\nb");
}

TEST_F(LinkConductTest, AnswersAsSoonAsTheServerDoes) {
  Connect();
  const std::uint64_t before = link->status().commands;
  const TimePoint begin = SystemClock().Now();
  const auto replies = link->Ask({{"GET", "k"}, {"NONE"}, {"GET", "m"}}, 60s);
  ASSERT_TRUE(replies) << replies.error().message;
  EXPECT_LT(SystemClock().Now() - begin, 5s);
  ASSERT_EQ(replies->size(), 3U);
  EXPECT_EQ((*replies)[0].text, "value of k");
  EXPECT_EQ((*replies)[1].text, "OK");
  EXPECT_EQ((*replies)[2].text, "value of m");
  EXPECT_EQ(link->status().commands, before + 3);
  EXPECT_EQ(link->status().missed, 0U);
}

TEST_F(LinkConductTest, DoesNotWaitForAnAnswerBeyondThePatience) {
  Connect(kShort);
  Says("GET", "");
  const auto replies = link->Ask({{"GET", "k"}});
  ASSERT_FALSE(replies);
  EXPECT_EQ(replies.error().code, ErrorCode::kTimeout);
  EXPECT_EQ(replies.error().message, "the cluster's server did not answer within 20 ms");
  EXPECT_EQ(link->status().missed, 1U);
}

TEST_F(LinkConductTest, SendsTheLatestOfTheWritesThatWaitedForAConnection) {
  Make();
  for (const char* value : {"1", "2", "3"}) {
    link->Write("k", [value] { return Command{"SET", "k", value}; });
  }
  link->Write("other", [] { return Command{"SET", "other", "1"}; });
  EXPECT_EQ(link->status().waiting, 2U);
  EXPECT_EQ(link->status().dropped, 0U);
  link->Start();
  EXPECT_TRUE(Eventually([&] { return link->status().waiting == 0; }));
  EXPECT_EQ(server->All("SET"), (std::vector<Command>{{"SET", "k", "3"}, {"SET", "other", "1"}}));
  EXPECT_EQ(link->status().commands, 2U);
}

TEST_F(LinkConductTest, DropsTheOldestWritesWhenFarTooManyWait) {
  Make();
  for (int i = 0; i < 50'002; ++i) {
    link->Write(std::to_string(i), [] { return Command{"SET", "k", "1"}; });
  }
  EXPECT_EQ(link->status().waiting, 50'000U);
  EXPECT_EQ(link->status().dropped, 2U);
}

TEST_F(LinkConductTest, AFollowerReadsTheStateBeforeTheLinkIsConnected) {
  follower.question = {"GET", "state"};
  Connect();
  EXPECT_EQ(follower.answer(), "value of state");
  EXPECT_EQ(follower.joined(), 1);
}

TEST_F(LinkConductTest, IsAloneAndTriesAgainWhileAFollowerCannotReadTheState) {
  follower.refuses_with = "no state";
  Make();
  link->Start();
  EXPECT_TRUE(Eventually([&] { return follower.joined() >= 2; }));
  EXPECT_EQ(Turns(), (std::vector<std::string>{"alone:no state"}));
  EXPECT_EQ(link->status().why, "no state");
  EXPECT_EQ(link->status().connections, 0U);
}

TEST_F(LinkConductTest, SaysWhyItIsAlone) {
  Says("AUTH", "-WRONGPASS invalid\r\n");
  Make();
  link->Start();
  EXPECT_TRUE(Eventually([&] { return !Turns().empty(); }));
  EXPECT_EQ(link->status().why, "the cluster's server: it refuses: WRONGPASS invalid");
  EXPECT_EQ(link->status().state, LinkState::kAlone);
  Says("AUTH", "-WRONGPASS expired\r\n");
  EXPECT_TRUE(Eventually([&] {
    return link->status().why == "the cluster's server: it refuses: WRONGPASS expired";
  })) << "the latest reason";
  SaysNoMore("AUTH");
  link->AwaitConnected(5s);
  EXPECT_TRUE(link->connected());
}

TEST_F(LinkConductTest, PausesBetweenAttemptsToConnect) {
  Says("AUTH", "-WRONGPASS invalid\r\n");
  Make();
  const TimePoint begin = SystemClock().Now();
  link->Start();
  ASSERT_TRUE(Eventually([&] { return server->connections() >= 4; }));
  EXPECT_GE(SystemClock().Now() - begin, 37ms) << "fifty milliseconds, a quarter less at most";
  SaysNoMore("AUTH");
  link->AwaitConnected(5s);
  ASSERT_TRUE(link->connected());
  const int known = server->connections();
  const TimePoint lost = SystemClock().Now();
  server->HangUp();
  ASSERT_TRUE(Eventually([&] { return server->connections() > known; }));
  EXPECT_GE(SystemClock().Now() - lost, 37ms);
}

}  // namespace
}  // namespace agm::cluster
