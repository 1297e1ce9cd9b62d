// The decisions of Server before it accepts a body, and when the descriptor table is full.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/base/descriptors.h"
#include "tests/core/http/server/running_server.h"

namespace agm::http {
namespace {

using testing::HasSubstr;

/// Accepts bodies of those who send "X-Key: right".
std::optional<Reply> OnlyWithKey(Request& head) {
  if (head.header("x-key") == "right") return std::nullopt;
  return Text("no key for " + head.path, 401);
}

void CheckKeys(Server& server) { server.CheckHeadsWith(&OnlyWithKey); }

std::string HeadText(std::string_view key, std::size_t length, std::string_view more = "") {
  return fmt::format(
      "POST /x HTTP/1.1\r\nHost: localhost\r\nX-Key: {}\r\nContent-Length: {}\r\n{}\r\n", key,
      length, more);
}

Limits SmallBodies() {
  Limits limits;
  limits.max_body_size = 1 << 20;  // together 8 of them
  return limits;
}

Reply Length(Request& request) { return Text(std::to_string(request.body.size())); }

TEST(HttpAdmission, RefusesAHeadBeforeItsBodyHasCome) {
  RunningServer server(&Length, SmallBodies(), &CheckKeys);
  const std::string chunked =
      "POST /x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab";
  for (const std::string& sent :
       {HeadText("wrong", 1'000'000), HeadText("wrong", 1'000'000) + "begun",
        HeadText("wrong", 10, "Expect: 100-continue\r\n"), chunked}) {
    test::RawClient client = server.Connect();
    client.Send(sent);
    const auto answer = client.Read();
    ASSERT_TRUE(answer) << sent;
    EXPECT_EQ(answer->status, 401) << sent;  // and no 100 Continue before it
    EXPECT_EQ(answer->body, "no key for /x");
    EXPECT_EQ(answer->header("connection"), "close");
  }
}

TEST(HttpAdmission, TakesTheBodyOfAnAcceptedHeadInWhateverPieces) {
  RunningServer server(&Length, SmallBodies(), &CheckKeys);
  for (const std::size_t size : {1UL, 5'000UL, 200'000UL}) {
    const std::string body(size, 'x');
    test::RawClient client = server.Connect();
    client.Send(HeadText("right", size) + body.substr(0, size / 3));
    client.Send(body.substr(size / 3));
    client.Send(HeadText("right", size));
    client.Send(body);
    for (int i = 0; i < 2; ++i) {
      const auto answer = client.Read();
      ASSERT_TRUE(answer) << size;
      EXPECT_EQ(answer->body, std::to_string(size));
    }
  }
}

TEST(HttpAdmission, JudgesAPipelinedHeadToo) {
  RunningServer server(&Length, SmallBodies(), &CheckKeys);
  test::RawClient client = server.Connect();
  client.Send(HeadText("right", 2) + "ab" + HeadText("wrong", 1'000) + "begun");
  ASSERT_TRUE(client.Read());
  const auto second = client.Read();
  ASSERT_TRUE(second);
  EXPECT_EQ(second->status, 401);
}

TEST(HttpAdmission, BodiesOfRefusedCallersTakeNoRoomFromOthers) {
  RunningServer server(&Length, SmallBodies(), &CheckKeys);
  std::vector<test::RawClient> intruders;
  for (int i = 0; i < 20; ++i) {
    intruders.push_back(server.Connect());
    intruders.back().Send(HeadText("wrong", 1'000'000) + std::string(900'000, 'x'));
  }
  test::RawClient client = server.Connect();
  client.Send(HeadText("right", 1'000'000) + std::string(1'000'000, 'x'));
  const auto answer = client.Read();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200) << answer->body;
}

TEST(HttpAdmission, UnfinishedHeadsTakeNoRoomFromBodies) {
  RunningServer server(&Length, SmallBodies(), &CheckKeys);
  std::vector<test::RawClient> intruders;
  for (int i = 0; i < 150; ++i) {  // more than all bodies may hold
    intruders.push_back(server.Connect());
    intruders.back().Send("GET /x HTTP/1.1\r\nX-Long: " + std::string(62'000, 'x'));
  }
  test::RawClient client = server.Connect();
  client.Send(HeadText("right", 1'000'000) + std::string(1'000'000, 'x'));
  const auto answer = client.Read();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200) << answer->body;
}

TEST(HttpAdmission, SaysThatTheDescriptorTableIsFull) {
  std::atomic<std::size_t> held{0};
  RunningServer server(&Length, {}, [&](Server& made) {
    made.CountDescriptorsWith([&] { return Server::Descriptors{held, 1}; });
  });
  const auto ask = [&](std::string_view path) {
    test::RawClient client = server.Connect();
    client.Send(fmt::format("GET {} HTTP/1.1\r\nHost: localhost\r\n\r\n", path));
    return client.Read();
  };
  EXPECT_EQ(ask("/x")->status, 200);
  held = DescriptorLimit();
  const auto refused = ask("/x");
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, 503);
  EXPECT_THAT(refused->body, HasSubstr(fmt::format("{} file descriptors", DescriptorLimit())));
  EXPECT_THAT(refused->body, HasSubstr("ulimit -n"));
  EXPECT_EQ(refused->header("retry-after"), "1");
  EXPECT_EQ(ask("/healthz")->status, 200);
  held = 0;
  EXPECT_EQ(ask("/x")->status, 200);
}

TEST(HttpAdmission, CountsWhatRequestsInFlightWillNeed) {
  Gate gate;
  RunningServer server(
      [&](Request&) {
        gate.Wait();
        return Text("ok");
      },
      {},
      [](Server& made) {
        // Two of these do not fit.
        made.CountDescriptorsWith([] { return Server::Descriptors{0, DescriptorLimit() * 2 / 3}; });
      });
  test::RawClient first = server.Connect();
  first.Send("GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n");
  ASSERT_TRUE(Eventually([&] { return gate.waiting() == 1; }));
  test::RawClient second = server.Connect();
  second.Send("GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const auto refused = second.Read();
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, 503);
  gate.Open();
  EXPECT_EQ(first.Read()->status, 200);
}

}  // namespace
}  // namespace agm::http
