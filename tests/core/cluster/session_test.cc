#include "core/cluster/session.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "core/base/os/wake_event.h"
#include "tests/core/cluster/resp_server.h"
#include "tests/support/eventually.h"
#include "tests/support/fake_clock.h"

namespace agm::cluster {
namespace {

using namespace std::chrono_literals;
using test::Eventually;

Place PlaceAt(const std::string& url, std::string node = "a") {
  Place place;
  place.address = *config::ReadServerAddress(url);
  place.node = std::move(node);
  return place;
}

/// What a server answers that accepts all.
std::string Agrees(const Command& command, int) {
  if (command[0] == "SUBSCRIBE") return ListOf({Bulk("subscribe"), Bulk(command[1]), ":1\r\n"});
  if (command[0] == "PING") return ListOf({Bulk("pong"), Bulk("")});
  return command[0] == "HANG" ? "" : "+OK\r\n";
}

class SessionTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!Connection::Available()) GTEST_SKIP() << "built without hiredis";
  }
  /// A session with a server that gives this answer, or else agrees.
  std::unique_ptr<Session> Open(RespServer::Answer answer = Agrees) {
    server = std::make_unique<RespServer>(std::move(answer));
    auto session = Session::Open(PlaceAt(server->url()), clock, 5s);
    EXPECT_TRUE(session) << session.error().message;
    return session ? *std::move(session) : nullptr;
  }
  /// The error of an attempt to open a session.
  static std::string Fails(RespServer::Answer answer, Duration patience = 5s) {
    const RespServer refusing(std::move(answer));
    const auto session = Session::Open(PlaceAt(refusing.url()), SystemClock(), patience);
    if (session) return "it is open";
    EXPECT_EQ(session.error().code, ErrorCode::kUpstreamUnavailable);
    return session.error().message;
  }

  test::FakeClock clock;
  std::unique_ptr<RespServer> server;
};

TEST_F(SessionTest, LogsInChoosesTheDatabaseAndNamesTheClientOnBothConnections) {
  struct Case {
    std::string user;
    std::string database;
    std::vector<Command> login;
  };
  const std::vector<Case> cases = {
      {"", "", {}},
      {":secret@", "", {{"AUTH", "secret"}}},
      {"so%20so:p%40ss@", "/12", {{"AUTH", "so so", "p@ss"}, {"SELECT", "12"}}},
      {"only-a-user@", "/1", {{"SELECT", "1"}}},
  };
  for (const Case& each : cases) {
    const RespServer asked(Agrees);
    const std::string host = "127.0.0.1:" + std::to_string(asked.port());
    const auto session = Session::Open(
        PlaceAt("redis://" + each.user + host + each.database, "my node!~\x7f\n\xc3\xa4"), clock,
        5s);
    ASSERT_TRUE(session) << session.error().message;
    std::vector<Command> expected = each.login;
    expected.push_back({"CLIENT", "SETNAME", "agm-my-node!~----"});
    EXPECT_EQ(asked.Heard(0), expected);
    expected.push_back({"SUBSCRIBE", "agm:changes"});
    EXPECT_EQ(asked.Heard(1), expected);
  }
}

TEST_F(SessionTest, SaysWhatTheServerRefuses) {
  for (const int on : {0, 1}) {
    EXPECT_EQ(Fails([on](const Command& command, int connection) {
                return connection == on && command[0] == "CLIENT" ? "-NOAUTH log in first\r\n"
                                                                  : Agrees(command, connection);
              }),
              "the cluster's server: it refuses: NOAUTH log in first");
  }
  EXPECT_EQ(Fails([](const Command& command, int connection) {
              return command[0] == "SUBSCRIBE" ? "-NOPERM no channels\r\n"
                                               : Agrees(command, connection);
            }),
            "the cluster's server: it refuses: NOPERM no channels");
}

TEST_F(SessionTest, IsNotOpenWithoutAllAnswers) {
  for (const int on : {0, 1}) {
    EXPECT_EQ(
        Fails([on](const Command& command,
                   int connection) { return connection == on ? "" : Agrees(command, connection); },
              20ms),
        "the cluster's server: it does not answer");
  }
  EXPECT_EQ(Fails(
                [](const Command& command, int connection) {
                  return command[0] == "SUBSCRIBE" ? "" : Agrees(command, connection);
                },
                20ms),
            "the cluster's server: it does not answer");
}

TEST_F(SessionTest, SaysThatNobodyListens) {
  int port = 0;
  {
    const RespServer gone(Agrees);
    port = gone.port();
  }
  const auto session =
      Session::Open(PlaceAt("redis://127.0.0.1:" + std::to_string(port)), SystemClock(), 5s);
  ASSERT_FALSE(session);
  EXPECT_EQ(session.error().message, "the cluster's server: Connection refused");
}

TEST_F(SessionTest, ReadsEveryKindOfAnswer) {
  const auto session = Open([](const Command& command, int connection) -> std::string {
    if (command[0] == "TEXT") return Bulk("a\r\nb");
    if (command[0] == "STATUS") return "+FINE\r\n";
    if (command[0] == "NUMBER") return ":-42\r\n";
    if (command[0] == "NOTHING") return "$-1\r\n";
    if (command[0] == "REFUSAL") return "-ERR why not\r\n";
    if (command[0] == "LIST") return ListOf({Bulk("x"), ":1\r\n", ListOf({Bulk("y")}), "*0\r\n"});
    return Agrees(command, connection);
  });
  ASSERT_TRUE(session);
  const auto replies =
      session->Ask({{"TEXT"}, {"STATUS"}, {"NUMBER"}, {"NOTHING"}, {"REFUSAL"}, {"LIST"}}, 5s);
  ASSERT_TRUE(replies) << replies.error().message;
  ASSERT_EQ(replies->size(), 6U);
  const auto& all = *replies;
  EXPECT_TRUE(all[0].is(Reply::Kind::kText));
  EXPECT_EQ(all[0].text, "a\r\nb");
  EXPECT_TRUE(all[1].is(Reply::Kind::kText));
  EXPECT_EQ(all[1].text, "FINE");
  EXPECT_TRUE(all[2].is(Reply::Kind::kNumber));
  EXPECT_EQ(all[2].number, -42);
  EXPECT_TRUE(all[3].is(Reply::Kind::kNil));
  EXPECT_TRUE(all[4].is(Reply::Kind::kRefusal));
  EXPECT_EQ(all[4].text, "ERR why not");
  EXPECT_TRUE(all[5].is(Reply::Kind::kList));
  ASSERT_EQ(all[5].items.size(), 4U);
  EXPECT_EQ(all[5].items[0].text, "x");
  EXPECT_EQ(all[5].items[1].number, 1);
  ASSERT_EQ(all[5].items[2].items.size(), 1U);
  EXPECT_EQ(all[5].items[2].items[0].text, "y");
  EXPECT_TRUE(all[5].items[3].items.empty());
}

TEST_F(SessionTest, IgnoresAnAnswerToNothing) {
  const auto session = Open([](const Command& command, int connection) -> std::string {
    if (command[0] == "ONE") return "+1\r\n+unasked\r\n";
    return command[0] == "TWO" ? "+2\r\n" : Agrees(command, connection);
  });
  ASSERT_TRUE(session);
  const auto one = session->Ask({{"ONE"}}, 5s);
  ASSERT_TRUE(one);
  ASSERT_TRUE(session->Pump(0ms, -1, [](const std::string&) {}));
  const auto two = session->Ask({{"TWO"}}, 5s);
  ASSERT_TRUE(two);
  EXPECT_EQ(two->front().text, "2");
}

TEST_F(SessionTest, PassesOnTheMessagesOfTheChannelAndNothingElse) {
  const auto session = Open();
  ASSERT_TRUE(session);
  server->Say(1, "*0\r\n" + ListOf({Bulk("message"), Bulk("agm:changes")}) +
                     ListOf({Bulk("pmessage"), Bulk("agm:changes"), Bulk("no")}) + "+message\r\n" +
                     MessageOn("agm:changes", "") + MessageOn("agm:changes", "one\ntwo"));
  server->Say(0, "+OK\r\n");
  std::vector<std::string> heard;
  EXPECT_TRUE(Eventually([&] {
    EXPECT_TRUE(session->Pump(20ms, -1, [&](const std::string& text) { heard.push_back(text); }));
    return !heard.empty();
  }));
  EXPECT_EQ(heard, std::vector<std::string>{"one\ntwo"});
}

TEST_F(SessionTest, KeepsMessagesThatArriveDuringAQuestionForTheNextPump) {
  const auto session = Open([this](const Command& command, int connection) {
    if (command[0] == "ASK") server->Say(1, MessageOn("agm:changes", "meanwhile"));
    return Agrees(command, connection);
  });
  ASSERT_TRUE(session);
  const TimePoint begin = SystemClock().Now();
  ASSERT_TRUE(session->Ask({{"ASK"}}, 5s));
  ASSERT_TRUE(session->Ask({{"AFTERWARDS"}}, 5s));
  std::vector<std::string> heard;
  ASSERT_TRUE(session->Pump(5s, -1, [&](const std::string& text) { heard.push_back(text); }));
  EXPECT_EQ(heard, std::vector<std::string>{"meanwhile"});
  EXPECT_LT(SystemClock().Now() - begin, 1s);
}

TEST_F(SessionTest, KnowsHowLongTheOldestCommandWaits) {
  const auto session = Open();
  ASSERT_TRUE(session);
  EXPECT_TRUE(session->idle());
  clock.Advance(1h);
  EXPECT_EQ(session->Waited(), 0ms);
  std::string answers;
  session->Send({"HANG"}, [&](const Reply& reply) { answers += reply.text; });
  clock.Advance(30ms);
  session->Send({"HANG", "again"}, [&](const Reply& reply) { answers += reply.text; });
  const auto nothing = [](const std::string&) {};
  ASSERT_TRUE(session->Pump(0ms, -1, nothing));
  clock.Advance(20ms);
  EXPECT_EQ(session->Waited(), 50ms);
  EXPECT_FALSE(session->idle());
  ASSERT_TRUE(Eventually([&] { return server->Count("HANG") == 2; }));
  server->Say(0, "+first\r\n");
  ASSERT_TRUE(session->Pump(5s, -1, nothing));
  EXPECT_EQ(answers, "first");
  EXPECT_EQ(session->Waited(), 20ms);
  server->Say(0, "+second\r\n");
  ASSERT_TRUE(session->Pump(5s, -1, nothing));
  EXPECT_EQ(answers, "firstsecond");
  EXPECT_EQ(session->Waited(), 0ms);
  EXPECT_TRUE(session->idle());
}

TEST_F(SessionTest, KnowsWhenTheChannelWasHeardLast) {
  const auto session = Open();
  ASSERT_TRUE(session);
  const TimePoint opened = clock.Now();
  EXPECT_EQ(session->heard(), opened);
  clock.Advance(5s);
  EXPECT_EQ(session->heard(), opened);
  session->PingChannel();
  ASSERT_TRUE(session->Pump(5s, -1, [](const std::string&) {}));
  EXPECT_TRUE(Eventually([&] {
    EXPECT_TRUE(session->Pump(5ms, -1, [](const std::string&) {}));
    return session->heard() == clock.Now();
  }));
}

TEST_F(SessionTest, EndsWhenTheServerHangsUp) {
  const auto session = Open();
  ASSERT_TRUE(session);
  server->HangUp();
  const auto pumped = session->Pump(5s, -1, [](const std::string&) {});
  ASSERT_FALSE(pumped);
  EXPECT_EQ(pumped.error().message, "the cluster's server: it closed the connection");
}

TEST_F(SessionTest, EndsWhenTheServerSpeaksAnotherProtocol) {
  for (const int on : {0, 1}) {
    const auto session = Open();
    ASSERT_TRUE(session);
    server->Say(on, "HTTP/1.1 400 Bad Request\r\n\r\n");
    const auto pumped = session->Pump(5s, -1, [](const std::string&) {});
    ASSERT_FALSE(pumped);
    EXPECT_TRUE(pumped.error().message.starts_with("the cluster's server: Protocol error"))
        << pumped.error().message;
  }
}

TEST_F(SessionTest, SendsAndReadsMuchMoreThanASocketHolds) {
  const auto session = Open([](const Command& command, int connection) {
    return command[0] == "ECHO" ? Bulk(command[1]) : Agrees(command, connection);
  });
  ASSERT_TRUE(session);
  std::string most(5U << 20U, 'x');
  for (std::size_t i = 0; i < most.size(); i += 997) most[i] = static_cast<char>('a' + i % 23);
  const auto replies = session->Ask({{"ECHO", "before"}, {"ECHO", most}, {"ECHO", "after"}}, 5s);
  ASSERT_TRUE(replies) << replies.error().message;
  EXPECT_EQ((*replies)[0].text, "before");
  EXPECT_TRUE((*replies)[1].text == most);
  EXPECT_EQ((*replies)[2].text, "after");
}

TEST_F(SessionTest, StopsWaitingWhenItIsWoken) {
  const auto session = Open();
  ASSERT_TRUE(session);
  os::WakeEvent wake;
  wake.Signal();
  const TimePoint begin = SystemClock().Now();
  EXPECT_TRUE(session->Pump(5s, wake.fd(), [](const std::string&) {}));
  EXPECT_LT(SystemClock().Now() - begin, 1s);
}

}  // namespace
}  // namespace agm::cluster
