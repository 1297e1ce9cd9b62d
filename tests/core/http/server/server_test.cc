// Server with a well-behaved client, over real sockets.

#include "core/http/server/server.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "tests/core/http/server/running_server.h"

namespace agm::http {
namespace {

constexpr std::string_view kGet = "GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n";

std::string Post(std::string_view body, std::string_view headers = "") {
  return "POST /echo HTTP/1.1\r\nHost: localhost\r\n" + std::string(headers) +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

Reply Echo(Request& request) { return Text(std::move(request.body)); }

TEST(Server, GivesTheHandlerTheWholeRequest) {
  Request seen;
  RunningServer server([&](Request& request) {
    seen = request;
    return Text("ok");
  });
  auto client = server.Connect();
  client.Send(
      "PUT /a%20b?c=%41 HTTP/1.1\r\nHost: localhost\r\nX-Two: 2\r\nx-one: 1\r\n"
      "Content-Length: 5\r\n\r\nhello");
  ASSERT_TRUE(client.Read());
  EXPECT_EQ(seen.method, "PUT");
  EXPECT_EQ(seen.path, "/a b");
  EXPECT_EQ(seen.raw_path, "/a%20b");
  EXPECT_EQ(seen.query, "c=%41");
  EXPECT_EQ(seen.body, "hello");
  EXPECT_EQ(seen.header("X-ONE"), "1");
  EXPECT_EQ(seen.headers[1].first, "X-Two");
  EXPECT_EQ(seen.remote_address, "127.0.0.1");
}

TEST(Server, WritesHeadersInTheHandlersOrderAndItsOwnBehind) {
  RunningServer server([](Request&) {
    Reply reply = Text("four");
    reply.headers.insert(reply.headers.end(), {{"X-B", "1"}, {"X-A", "2"}, {"X-B", "3"}});
    return reply;
  });
  auto client = server.Connect();
  client.Send(kGet);
  const auto answer = client.Read();
  ASSERT_TRUE(answer);
  EXPECT_TRUE(
      answer->head.starts_with("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nX-B: 1\r\n"
                               "X-A: 2\r\nX-B: 3\r\nContent-Length: 4\r\n"))
      << answer->head;
  EXPECT_EQ(answer->header("Date").size(), std::string("Sat, 21 Nov 2026 12:00:00 GMT").size());
  EXPECT_EQ(answer->header("Keep-Alive"), "timeout=75");
}

TEST(Server, LetsNoHeaderSplitTheAnswer) {
  RunningServer server([](Request&) {
    Reply reply = Text("x");
    reply.headers.emplace_back("X-Name", "a\r\nX-Evil: 1");
    reply.headers.emplace_back("X Evil", "1");
    reply.headers.emplace_back("Content-Length", "99");
    reply.headers.emplace_back("transfer-encoding", "chunked");
    return reply;
  });
  auto client = server.Connect();
  client.Send(kGet);
  const auto answer = client.Read();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->head.find("Evil"), std::string::npos) << answer->head;
  EXPECT_EQ(answer->header("Content-Length"), "1");
  EXPECT_FALSE(answer->chunked);
}

TEST(Server, KeepsTheConnectionThroughAnswersErrorsAndStreams) {
  RunningServer server([](Request& request) {
    if (request.path == "/stream") return Count(3);
    if (request.path == "/error") return Text("no", 429);
    if (request.path == "/throw") throw std::runtime_error("a bug");
    return Echo(request);
  });
  auto client = server.Connect();
  for (const auto& [path, status] : {std::pair{"/stream", 200},
                                     {"/error", 429},
                                     {"/throw", 500},
                                     {"/x", 200},
                                     {"/stream", 200}}) {
    client.Send("GET " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const auto answer = client.Read();
    ASSERT_TRUE(answer) << path;
    EXPECT_EQ(answer->status, status) << path;
    EXPECT_EQ(answer->header("Connection"), "") << path;
  }
}

TEST(Server, TurnsAnExceptionIntoARefusalThatTellsNothing) {
  RunningServer server([](Request&) -> Reply { throw std::runtime_error("secret"); });
  auto client = server.Connect();
  client.Send(kGet);
  const auto answer = client.Read();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 500);
  EXPECT_TRUE(answer->body.starts_with("internal"));
  EXPECT_EQ(answer->body.find("secret"), std::string::npos);
}

TEST(Server, AnswersPipelinedRequestsInOrder) {
  RunningServer server(Echo);
  auto client = server.Connect();
  client.Send(Post("one") + Post("two") + std::string(kGet) + Post("three"));
  for (const std::string_view expected : {"one", "two", "", "three"}) {
    const auto answer = client.Read();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->body, expected);
  }
}

TEST(Server, SendsNothingBeforeTheFirstPiece) {
  Gate gate;
  RunningServer server([&](Request&) {
    return Stream([&, n = 0](std::string& out) mutable {
      if (n == 0) gate.Wait();
      out = "piece" + std::to_string(n++);
      return n < 3;
    });
  });
  auto client = server.Connect();
  client.Send(kGet);
  EXPECT_TRUE(client.Silent(Duration(50)));
  gate.Open();
  const auto answer = client.Read();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body, "piece0piece1piece2");
  EXPECT_EQ(answer->chunks, (std::vector<std::size_t>{6, 6, 6}));
}

TEST(Server, SendsEachPieceAtOnce) {
  Gate gate;
  RunningServer server([&](Request&) {
    return Stream([&, n = 0](std::string& out) mutable {
      if (n++ == 1) gate.Wait();
      out = "piece" + std::to_string(n);
      return n < 2;
    });
  });
  auto client = server.Connect();
  client.Send(kGet);
  EXPECT_TRUE(client.ReadUntil("piece1\r\n").starts_with("HTTP/1.1 200 OK"));
  gate.Open();
  EXPECT_EQ(client.ReadUntil("0\r\n\r\n"), "6\r\npiece2\r\n0\r\n\r\n");
}

TEST(Server, StreamsToOldClientsUntilItCloses) {
  RunningServer server([](Request&) { return Count(3); });
  auto client = server.Connect();
  client.Send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  const auto answer = client.Read();
  ASSERT_TRUE(answer);
  EXPECT_FALSE(answer->chunked);
  EXPECT_EQ(answer->header("Connection"), "close");
  EXPECT_EQ(answer->body, "0 1 2 ");
}

TEST(Server, KeepsOldConnectionsOnlyWhenAsked) {
  RunningServer server(Echo);
  auto client = server.Connect();
  client.Send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  auto answer = client.Read();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->header("Connection"), "keep-alive");
  client.Send("GET / HTTP/1.0\r\n\r\n");
  answer = client.Read();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->header("Connection"), "close");
  EXPECT_TRUE(client.Closed());
}

TEST(Server, ClosesWhenTheClientOrTheHandlerSaysSo) {
  RunningServer server([](Request& request) {
    Reply reply = Text("x");
    if (request.path == "/bye") reply.headers.emplace_back("connection", "close");
    return reply;
  });
  auto first = server.Connect();
  first.Send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(first.Read()->header("Connection"), "close");
  EXPECT_TRUE(first.Closed());
  auto second = server.Connect();
  second.Send("GET /bye HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(second.Read()->header("Connection"), "close");
  EXPECT_TRUE(second.Closed());
}

TEST(Server, AnswersHeadLikeGetWithoutABody) {
  int pulls = 0;
  RunningServer server([&](Request& request) {
    if (request.path != "/stream") return Text("hello");
    return Stream([&](std::string&) { return ++pulls < 3; });
  });
  auto client = server.Connect();
  client.Send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
  auto answer = client.Read(true);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->header("Content-Length"), "5");
  client.Send("HEAD /stream HTTP/1.1\r\nHost: x\r\n\r\n");
  answer = client.Read(true);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(pulls, 0);
  client.Send(kGet);
  EXPECT_EQ(client.Read()->body, "hello");
}

TEST(Server, SendsNoBodyAndNoLengthWith204) {
  RunningServer server([](Request&) { return Text("ignored", 204); });
  auto client = server.Connect();
  client.Send(std::string(kGet) + std::string(kGet));
  for (int i = 0; i < 2; ++i) {
    const auto answer = client.Read();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 204);
    EXPECT_EQ(answer->header("Content-Length"), "");
  }
}

TEST(Server, HandsEveryMethodAndUpgradesToTheHandler) {
  RunningServer server([](Request& request) {
    return Text(request.method + " " + std::string(request.header("Upgrade")));
  });
  auto client = server.Connect();
  for (const std::string_view method : {"OPTIONS", "DELETE", "PATCH", "TRACE", "BREW"}) {
    client.Send(std::string(method) + " / HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(client.Read()->body, std::string(method) + " ");
  }
  client.Send(
      "GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
  EXPECT_EQ(client.Read()->body, "GET websocket");
}

TEST(Server, IgnoresRangeAndAccept) {
  RunningServer server([](Request&) { return Text("0123456789"); });
  auto client = server.Connect();
  client.Send("GET / HTTP/1.1\r\nHost: x\r\nRange: bytes=2-3\r\nAccept: ;;q=,,/\r\n\r\n");
  const auto answer = client.Read();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body, "0123456789");
}

TEST(Server, AsksForABodyThatWaitsToBeAskedFor) {
  RunningServer server(Echo);
  auto client = server.Connect();
  for (int i = 0; i < 2; ++i) {
    client.Send("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
    EXPECT_EQ(client.ReadUntil("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    client.Send("hello");
    EXPECT_EQ(client.Read()->body, "hello");
  }
}

TEST(Server, AsksForNoBodyThatIsThereOrTooLarge) {
  Limits limits;
  limits.max_body_size = 10;
  RunningServer server(Echo, limits);
  auto client = server.Connect();
  client.Send(Post("hello", "Expect: 100-continue\r\n"));
  EXPECT_EQ(client.Read()->status, 200);
  client.Send("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 11\r\n\r\n");
  EXPECT_EQ(client.Read()->status, 413);
}

TEST(Server, ReadsCompressedBodies) {
  RunningServer server(Echo);
  auto client = server.Connect();
  const std::string_view packed(
      "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xcb\x48\xcd\xc9\xc9\x07\x00\x86\xa6\x10\x36\x05"
      "\x00\x00\x00",
      25);
  client.Send(Post(packed, "Content-Encoding: gzip\r\n"));
  EXPECT_EQ(client.Read()->body, "hello");
  client.Send(Post("hello", "Content-Encoding: gzip\r\n"));
  EXPECT_EQ(client.Read()->status, 400);
  client.Send(Post("hello", "Content-Encoding: br\r\n"));
  EXPECT_EQ(client.Read()->status, 415);
}

TEST(Server, MovesLargeBodiesBothWays) {
  RunningServer server(Echo);
  auto client = server.Connect();
  const std::string large(20'000'000, 'x');
  std::thread sender([&] { client.Send(Post(large)); });
  const auto answer = client.Read();
  sender.join();
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->body == large);
}

TEST(Server, EndsAStreamThatBreaksWithoutTheFinalChunk) {
  RunningServer server([](Request&) {
    return Stream([n = 0](std::string& out) mutable -> bool {
      if (n++ == 1) throw std::runtime_error("a bug");
      out = "piece";
      return true;
    });
  });
  auto client = server.Connect();
  client.Send(kGet);
  const std::string all = client.ReadAll();
  EXPECT_TRUE(all.ends_with("5\r\npiece\r\n")) << all;
}

TEST(Server, DropsTheSourceWhenTheStreamIsOver) {
  auto alive = std::make_shared<int>(1);
  RunningServer server([&](Request&) {
    return Stream([kept = alive](std::string& out) {
      out = "x";
      return false;
    });
  });
  auto client = server.Connect();
  client.Send(kGet);
  ASSERT_TRUE(client.Read());
  EXPECT_TRUE(Eventually([&] { return alive.use_count() == 1; }));
}

}  // namespace
}  // namespace agm::http
