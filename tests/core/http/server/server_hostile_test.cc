// Server with broken, slow and hostile clients.

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <string>
#include <vector>

#include "tests/core/http/server/running_server.h"

namespace agm::http {
namespace {

constexpr std::string_view kGet = "GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n";

Reply Echo(Request& request) { return Text(std::move(request.body)); }

Limits Impatient() {
  Limits limits;
  limits.header_timeout = Duration(100);
  limits.write_timeout = Duration(200);
  limits.idle_timeout = Duration(100);
  limits.max_body_size = 1'000'000;
  return limits;
}

TEST(HttpServerHostile, RefusesBadFramingOnceAndCloses) {
  std::atomic<int> handled = 0;
  RunningServer server([&](Request& request) {
    ++handled;
    return Echo(request);
  });
  for (const std::string_view bad :
       {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: "
        "chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
        "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\nHost: x\n\n", "\x16\x03\x01\x02",
        "what?\r\n\r\n"}) {
    auto client = server.Connect();
    client.Send(std::string(bad) + std::string(kGet));  // the pipelined request must not be served
    const auto answer = client.Read();
    ASSERT_TRUE(answer) << bad;
    EXPECT_EQ(answer->status, 400) << bad;
    EXPECT_EQ(answer->header("Connection"), "close") << bad;
    EXPECT_TRUE(client.Closed()) << bad;
  }
  EXPECT_EQ(handled, 0);
}

TEST(HttpServerHostile, RefusesHeadWithoutABody) {
  RunningServer server([](Request&) { return Text("x"); });
  auto client = server.Connect();
  client.Send("HEAD /x HTTP/1.1\r\n\r\n");
  const std::string answer = client.ReadAll();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 400 ")) << answer;
  EXPECT_NE(answer.find("X-Path: /x\r\n"), answer.npos) << answer;
  EXPECT_TRUE(answer.ends_with("\r\n\r\n")) << answer;
}

TEST(HttpServerHostile, TreatsBytesBehindAnUnframedBodyAsTheNextRequest) {
  RunningServer server([](Request& request) { return Text(request.method + request.path); });
  auto client = server.Connect();
  client.Send("POST /first HTTP/1.1\r\nHost: x\r\n\r\nGET /second HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(client.Read()->body, "POST/first");
  EXPECT_EQ(client.Read()->body, "GET/second");
}

TEST(HttpServerHostile, RefusesATooLargeBodyBeforeReadingItAndTheAnswerArrives) {
  RunningServer server(Echo, Impatient());
  auto client = server.Connect();
  client.Send("POST /v1/chat HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n\r\n");
  client.Send(std::string(9'000'000, 'x'));  // like clients that first send everything
  const auto answer = client.Read();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 413);
  EXPECT_EQ(answer->header("X-Path"), "/v1/chat");
  EXPECT_TRUE(client.Closed());
}

TEST(HttpServerHostile, RefusesEndlessChunks) {
  RunningServer server(Echo, Impatient());
  auto client = server.Connect();
  client.Send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
  const std::string chunk = "10000\r\n" + std::string(65536, 'x') + "\r\n";
  for (int i = 0; i < 100 && client.Send(chunk); ++i) {
  }
  const auto answer = client.Read();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 413);
}

TEST(HttpServerHostile, RefusesEndlessHeaders) {
  RunningServer server(Echo, Impatient());
  auto client = server.Connect();
  client.Send("GET / HTTP/1.1\r\nHost: x\r\n");
  for (int i = 0; i < 20 && client.Send("A: " + std::string(8000, 'x') + "\r\n"); ++i) {
  }
  EXPECT_EQ(client.Read()->status, 431);
}

TEST(HttpServerHostile, GivesUpOnHeadersThatDoNotEnd) {
  RunningServer server(Echo, Impatient());
  auto client = server.Connect();
  client.Send("GET / HTTP/1.1\r\nHost");
  for (int i = 0; i < 3; ++i) {  // each byte arrives in time, but all of them together too late
    EXPECT_TRUE(client.Silent(Duration(25)));
    client.Send("X");
  }
  const auto answer = client.Read();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 408);
  EXPECT_TRUE(client.Closed());
}

TEST(HttpServerHostile, GivesUpOnABodyThatPauses) {
  RunningServer server(Echo, Impatient());
  auto client = server.Connect();
  client.Send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhello");
  EXPECT_EQ(client.Read()->status, 408);
}

TEST(HttpServerHostile, WaitsForABodyThatIsSlowButComes) {
  RunningServer server(Echo, Impatient());
  auto client = server.Connect();
  client.Send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\n");
  for (int i = 0; i < 6; ++i) {
    EXPECT_TRUE(client.Silent(Duration(40)));
    client.Send("x");
  }
  EXPECT_EQ(client.Read()->status, 200);
}

TEST(HttpServerHostile, ClosesConnectionsThatStayIdle) {
  RunningServer server(Echo, Impatient());
  auto fresh = server.Connect();
  auto used = server.Connect();
  used.Send(kGet);
  ASSERT_TRUE(used.Read());
  EXPECT_TRUE(fresh.Closed());
  EXPECT_TRUE(used.Closed());
}

TEST(HttpServerHostile, DropsAClientThatTakesNothing) {
  RunningServer server([](Request&) { return Text(std::string(50'000'000, 'x')); }, Impatient());
  auto client = server.Connect(4096);
  client.Send(kGet);
  client.ReadUntil("\r\n\r\n");
  const auto before = std::chrono::steady_clock::now();
  server.Stop(Duration(60'000));  // would wait for this client unless it was dropped
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(10));
  EXPECT_LT(client.ReadAll().size(), 50'000'000U);
}

TEST(HttpServerHostile, DropsAClientThatReadsTooLittle) {
  for (const char* path : {"/whole", "/stream"}) {
    RunningServer server(
        [](Request& request) {
          if (request.path == "/whole") return Text(std::string(50'000'000, 'x'));
          return Stream([](std::string& out) {
            out.assign(60'000, 'x');
            return true;
          });
        },
        Impatient());
    auto client = server.Connect(4096);
    client.Send("GET " + std::string(path) + " HTTP/1.1\r\nHost: x\r\n\r\n");
    ASSERT_GT(client.ReadAtMost(1), 0U);
    std::atomic<bool> over = false;
    std::thread crumbs([&] {
      while (!over && client.ReadAtMost(2'000) > 0) std::this_thread::sleep_for(Duration(50));
    });
    const auto before = std::chrono::steady_clock::now();
    server.Stop(Duration(30'000));  // would wait for this client unless it was dropped
    EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(10)) << path;
    over = true;
    crumbs.join();
  }
}

TEST(HttpServerHostile, GivesNoTimeForEmptyLines) {
  RunningServer server(Echo, Impatient());
  auto client = server.Connect();
  const auto begun = std::chrono::steady_clock::now();
  while (client.Send("\r\n") && client.Silent(Duration(30))) {
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(2));
}

TEST(HttpServerHostile, SpendsNoThreadOnSlowReaders) {
  RunningServer server([](Request& request) {
    return Text(std::string(request.path == "/large" ? 10'000'000 : 10, 'x'));
  });
  auto quick = server.Connect();
  quick.Send(kGet);
  ASSERT_TRUE(quick.Read());
  std::vector<test::RawClient> slow;
  for (int i = 0; i < 20; ++i) {
    slow.push_back(server.Connect(4096));
    slow.back().Send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n" + std::string(kGet));
  }
  for (test::RawClient& client : slow) client.ReadUntil("\r\n\r\n");
  EXPECT_TRUE(Eventually([&] { return server->in_flight() == 0; }));
  quick.Send(kGet);
  ASSERT_TRUE(quick.Read());
  EXPECT_EQ(slow[7].ReadUntil("HTTP/1.1").size(), 10'000'000U + 8);
  EXPECT_TRUE(slow[7].ReadUntil("xxxxxxxxxx").ends_with("xxxxxxxxxx"));  // the pipelined request
}

TEST(HttpServerHostile, DropsAClientThatTakesNothingOfAStream) {
  std::atomic<bool> dropped = false;
  struct Endless : BodySource {
    explicit Endless(std::atomic<bool>& flag) : dropped(flag) {}
    ~Endless() override { dropped = true; }
    Pulled Next(std::string& out, TimePoint) override {
      out.append(10'000, 'x');
      return Pulled::kPiece;
    }
    std::atomic<bool>& dropped;
  };
  RunningServer server(
      [&](Request&) {
        Reply reply;
        reply.source = std::make_unique<Endless>(dropped);
        return reply;
      },
      Impatient());
  auto client = server.Connect(4096);
  client.Send(kGet);
  EXPECT_TRUE(Eventually([&] { return dropped.load(); }));
}

TEST(HttpServerHostile, ServesAClientThatTakesSlowly) {
  constexpr std::size_t kSize = 3'000'000;
  RunningServer server([](Request&) { return Text(std::string(kSize, 'x')); }, Impatient());
  auto client = server.Connect(64 * 1024);
  client.Send(kGet);
  std::this_thread::sleep_for(Duration(100));
  const auto answer = client.Read();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body.size(), kSize);
}

TEST(HttpServerHostile, SpendsNoThreadOnSlowSenders) {
  RunningServer server(Echo);
  auto first = server.Connect();
  first.Send(kGet);
  ASSERT_TRUE(first.Read());
  const int before = Threads();
  std::vector<test::RawClient> slow;
  for (int i = 0; i < 200; ++i) {
    slow.push_back(server.Connect());
    slow.back().Send(i % 2 == 0 ? "GET / HTTP/1.1\r\nHo"
                                : "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nx");
  }
  first.Send(kGet);
  ASSERT_TRUE(first.Read());
  EXPECT_LE(Threads(), before + 4);
  slow[0].Send("st: x\r\n\r\n");
  EXPECT_EQ(slow[0].Read()->status, 200);
  slow[1].Send("12345678");
  EXPECT_EQ(slow[1].Read()->body, "x12345678");
}

TEST(HttpServerHostile, BoundsWhatAllClientsTogetherMakeItHold) {
  Limits limits;
  limits.max_body_size = 2'000'000;
  RunningServer server(Echo, limits);
  std::vector<test::RawClient> greedy;
  for (int i = 0; i < 20; ++i) {
    greedy.push_back(server.Connect());
    greedy.back().Send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000\r\n\r\n" +
                       std::string(1'900'000, 'x'));
  }
  const auto answered = [&] {
    return std::ranges::count_if(greedy, [](auto& each) { return !each.Silent(Duration(0)); });
  };
  EXPECT_TRUE(Eventually([&] { return answered() >= 5; }));
  for (test::RawClient& each : greedy) {
    if (each.Silent(Duration(0))) continue;
    EXPECT_EQ(each.Read()->status, 503);
  }
  auto client = server.Connect();
  client.Send(kGet);
  EXPECT_EQ(client.Read()->status, 200);
}

TEST(HttpServerHostile, SurvivesClientsThatLeaveAtAnyPoint) {
  RunningServer server([](Request& request) {
    return request.path == "/stream" ? Count(1000) : Text(std::string(100'000, 'x'));
  });
  const std::string request =
      "POST /stream HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhelloGET /x HTTP/1.1\r\nHost: "
      "x\r\n\r\n";
  for (std::size_t size = 0; size <= request.size(); size += 3) {
    auto client = server.Connect();
    client.Send(std::string_view(request).substr(0, size));
    if (size % 2 == 0) client.Reset();
  }
  auto client = server.Connect();
  client.Send(kGet);
  EXPECT_EQ(client.Read()->status, 200);
  EXPECT_TRUE(Eventually([&] { return server->in_flight() == 0; }));
}

TEST(HttpServerHostile, ServesEvenIfTheRefusalThrows) {
  Server server({}, Echo, [](const Fault&, std::string_view) -> Reply { throw 1; }, {});
  const auto port = server.Bind("127.0.0.1", 0);
  ASSERT_TRUE(port);
  std::thread thread([&] { EXPECT_TRUE(server.Serve()); });
  test::RawClient client(*port);
  client.Send("GET / HTTP/1.1\r\n\r\n");
  EXPECT_EQ(client.Read()->status, 400);
  server.Stop(Duration(0));
  thread.join();
}

}  // namespace
}  // namespace agm::http
