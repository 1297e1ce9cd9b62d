// Threads, limits and cancellation of Server.

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "core/base/os/poller.h"
#include "core/base/os/socket.h"
#include "tests/core/http/server/running_server.h"

namespace agm::http {
namespace {

constexpr std::string_view kGet = "GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n";
constexpr std::string_view kHealth = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";

TEST(HttpServerLoad, KeepsAThousandIdleConnectionsWithoutAThreadEach) {
  RunningServer server([](Request&) { return Text("ok"); });
  std::vector<test::RawClient> clients;
  for (int i = 0; i < 1000; ++i) {
    clients.push_back(server.Connect());
    clients.back().Send(kGet);
    ASSERT_TRUE(clients.back().Read());
  }
  EXPECT_LE(Threads(), 30);
  for (test::RawClient& client : clients) {
    client.Send(kGet);
    ASSERT_TRUE(client.Read());
  }
}

TEST(HttpServerLoad, StartsAThreadForEachRequestThatWaits) {
  Gate gate;
  RunningServer server([&](Request&) {
    gate.Wait();
    return Text("ok");
  });
  std::vector<test::RawClient> clients;
  for (int i = 0; i < 100; ++i) {
    clients.push_back(server.Connect());
    clients.back().Send(kGet);
  }
  EXPECT_TRUE(Eventually([&] { return gate.waiting() == 100; }));
  EXPECT_EQ(server->in_flight(), 100);
  gate.Open();
  for (test::RawClient& client : clients) EXPECT_TRUE(client.Read());
  EXPECT_TRUE(Eventually([&] { return server->in_flight() == 0; }));
}

TEST(HttpServerLoad, RefusesPromptlyWhenFullAndStillServesWhatIsUrgent) {
  Limits limits;
  limits.max_connections = 2;
  Gate gate;
  RunningServer server(
      [&](Request& request) {
        if (request.path != "/healthz") gate.Wait();
        return Text("ok");
      },
      limits);
  auto first = server.Connect();
  auto second = server.Connect();
  first.Send(kGet);
  second.Send(kGet);
  ASSERT_TRUE(Eventually([&] { return gate.waiting() == 2; }));
  auto third = server.Connect();
  third.Send("POST /v1/chat HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello");
  auto answer = third.Read();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 503);
  EXPECT_EQ(answer->header("Retry-After"), "1");
  EXPECT_EQ(answer->header("X-Path"), "/v1/chat");
  EXPECT_TRUE(answer->body.starts_with("overloaded")) << answer->body;
  third.Send(kHealth);  // on the same connection
  EXPECT_EQ(third.Read()->status, 200);
  gate.Open();
  EXPECT_EQ(first.Read()->status, 200);
  EXPECT_TRUE(Eventually([&] { return server->in_flight() == 0; }));
  third.Send(kGet);
  EXPECT_EQ(third.Read()->status, 200);
}

TEST(HttpServerLoad, TakesNewLimitsAtOnce) {
  RunningServer server([](Request&) { return Text("ok"); });
  auto client = server.Connect();
  Limits limits;
  limits.max_connections = 0;
  limits.max_body_size = 3;
  server->SetLimits(limits);
  client.Send(kGet);
  EXPECT_EQ(client.Read()->status, 503);
  client.Send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nabcd");
  EXPECT_EQ(client.Read()->status, 413);
}

TEST(HttpServerLoad, ServesManyClientsAtOnce) {
  RunningServer server(
      [](Request& request) { return request.path == "/stream" ? Count(20) : Text(request.body); });
  std::atomic<int> good = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      auto client = server.Connect();
      for (int i = 0; i < 200; ++i) {
        const bool stream = (i + t) % 3 == 0;
        const std::string body = std::to_string(i * t);
        client.Send(std::string("POST ") + (stream ? "/stream" : "/x") +
                    " HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) +
                    "\r\n\r\n" + body);
        const auto answer = client.Read();
        if (!answer) return;
        good += stream ? answer->chunks.size() == 20 : answer->body == body;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, 1600);
}

/// Serves one request whose handler waits until its client leaves, and reports the result.
class Waiting {
 public:
  Reply operator()(Request& request) {
    ++entered;
    while (!request.client->Cancelled()) {
      pollfd news{request.client->fd(), POLLIN, 0};
      ::poll(&news, 1, 100);
      ++looks;
    }
    ++cancelled;
    return Text("too late");
  }
  std::atomic<int> entered = 0;
  std::atomic<int> looks = 0;
  std::atomic<int> cancelled = 0;
};

TEST(HttpServerLoad, TellsTheHandlerThatItsClientLeft) {
  Waiting waiting;
  RunningServer server(std::ref(waiting));
  for (const int way : {0, 1, 2}) {
    auto client = server.Connect();
    client.Send(kGet);
    ASSERT_TRUE(Eventually([&] { return waiting.entered == way + 1; }));
    if (way == 0) client.Close();
    if (way == 1) client.Reset();
    if (way == 2) client.FinishSending();
    EXPECT_TRUE(Eventually([&] { return waiting.cancelled == way + 1; }));
  }
}

TEST(HttpServerLoad, DoesNotSpinWhenTheClientSendsEarly) {
  Waiting waiting;
  RunningServer server(std::ref(waiting));
  auto client = server.Connect();
  client.Send(kGet);
  ASSERT_TRUE(Eventually([&] { return waiting.entered == 1; }));
  client.Send("GET /next");
  std::this_thread::sleep_for(Duration(300));
  EXPECT_LE(waiting.looks, 10);
  EXPECT_EQ(waiting.cancelled, 0);
  const UniqueFd socket = os::NewSocket(AF_UNIX, SOCK_STREAM, 0);
  if (os::HangUpOnly(socket.get()).get() < 0) {
    GTEST_SKIP() << "this system cannot see an end behind bytes";
  }
  client.Close();
  EXPECT_TRUE(Eventually([&] { return waiting.cancelled == 1; }));
}

TEST(HttpServerLoad, EndsTheStreamOfAClientThatLeft) {
  auto alive = std::make_shared<int>(1);
  RunningServer server([&](Request&) {
    return Stream([kept = alive](std::string& out) {
      std::this_thread::sleep_for(Duration(1));
      out = "piece";
      return true;
    });
  });
  auto client = server.Connect();
  client.Send(kGet);
  client.ReadUntil("piece");
  client.Close();
  EXPECT_TRUE(Eventually([&] { return alive.use_count() == 1; }));
}

// ---- Stopping ----------------------------------------------------------------------------------

TEST(HttpServerStop, FreesThePortAndClosesIdleConnectionsAtOnce) {
  RunningServer server([](Request&) { return Text("ok"); });
  auto idle = server.Connect();
  idle.Send(kGet);
  ASSERT_TRUE(idle.Read());
  auto fresh = server.Connect();
  const auto before = std::chrono::steady_clock::now();
  server.Stop(Duration(60'000));
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(10));
  EXPECT_TRUE(idle.Closed());
  EXPECT_TRUE(fresh.Closed());
  EXPECT_FALSE(server.Connect().connected());
  Server next({}, [](Request&) { return Text("ok"); }, &RunningServer::Refusal, {});
  EXPECT_TRUE(next.Bind("127.0.0.1", server.port()));
}

TEST(HttpServerStop, LetsRunningRequestsFinish) {
  Gate gate;
  RunningServer server([&](Request& request) {
    if (request.path == "/stream") {
      return Stream([&, n = 0](std::string& out) mutable {
        if (n++ == 1) gate.Wait();
        out = "piece" + std::to_string(n);
        return n < 3;
      });
    }
    gate.Wait();
    return Text("finished");
  });
  auto unary = server.Connect();
  auto stream = server.Connect();
  unary.Send(kGet);
  stream.Send("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(Eventually([&] { return gate.waiting() == 2; }));
  std::thread stopper([&] { server.Stop(Duration(5'000)); });
  ASSERT_TRUE(Eventually([&] { return !server.Connect().connected(); }));
  gate.Open();
  const auto answer = unary.Read();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body, "finished");
  EXPECT_EQ(answer->header("Connection"), "close");
  const auto streamed = stream.Read();
  ASSERT_TRUE(streamed);
  EXPECT_EQ(streamed->body, "piece1piece2piece3");
  stopper.join();
}

TEST(HttpServerStop, LetsAStreamBeginThatWasWaitingForItsFirstPiece) {
  Gate gate;
  RunningServer server([&](Request&) {
    gate.Wait();
    return Count(3);
  });
  auto client = server.Connect();
  client.Send(kGet);
  ASSERT_TRUE(Eventually([&] { return gate.waiting() == 1; }));
  std::thread stopper([&] { server.Stop(Duration(5'000)); });
  ASSERT_TRUE(Eventually([&] { return !server.Connect().connected(); }));
  gate.Open();
  const auto answer = client.Read();
  stopper.join();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body, "0 1 2 ");
}

TEST(HttpServerStop, TakesARequestThatHadBegunToArrive) {
  RunningServer server([](Request& request) { return Text(request.body); });
  auto client = server.Connect();
  client.Send("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
  const auto begun = client.Read();  // the server has the head
  ASSERT_TRUE(begun);
  ASSERT_EQ(begun->status, 100);
  client.Send("hel");
  const std::jthread stopper([&] { server.Stop(Duration(5'000)); });
  ASSERT_TRUE(Eventually([&] { return !server.Connect().connected(); }));
  client.Send("lo");
  const auto answer = client.Read();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body, "hello");
}

TEST(HttpServerStop, TakesTheFirstRequestOfAClientThatHadConnected) {
  RunningServer server([](Request&) { return Text("ok"); });
  auto fresh = server.Connect();
  auto silent = server.Connect();
  auto served = server.Connect();
  served.Send(kGet);
  ASSERT_TRUE(served.Read());
  const auto before = std::chrono::steady_clock::now();
  std::thread stopper([&] { server.Stop(Duration(60'000)); });
  ASSERT_TRUE(Eventually([&] { return !server.Connect().connected(); }));
  EXPECT_FALSE(served.Read());  // an idle one ends at once
  fresh.Send(kGet);
  const auto answer = fresh.Read();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body, "ok");
  EXPECT_EQ(answer->header("Connection"), "close");
  stopper.join();  // one that says nothing does not hold the server up
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(10));
}

TEST(HttpServerStop, AnswersTheNextRequestOfEachConnectionDuringTheDelay) {
  RunningServer server([](Request&) { return Text("ok"); });
  auto idle = server.Connect();
  auto unused = server.Connect();
  for (auto* client : {&idle, &unused}) {
    client->Send(kGet);
    ASSERT_NE(client->Read()->header("Connection"), "close");
  }
  const auto before = std::chrono::steady_clock::now();
  std::jthread stopper([&] { server.Stop(Duration(60'000), Duration(500)); });
  ASSERT_TRUE(Eventually([&] { return server->stopping(); }));
  EXPECT_TRUE(unused.Silent(Duration(100)));
  auto fresh = server.Connect();
  for (auto* client : {&idle, &fresh}) {
    client->Send(kGet);
    const auto answer = client->Read();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->header("Connection"), "close");
    EXPECT_TRUE(client->Closed(Duration(1'000)));
  }
  EXPECT_TRUE(unused.Closed(Duration(2'000)));
  stopper.join();
  const auto took = std::chrono::steady_clock::now() - before;
  EXPECT_GE(took, std::chrono::milliseconds(500));
  EXPECT_LT(took, std::chrono::seconds(10));
  EXPECT_FALSE(server.Connect().connected());
}

TEST(HttpServerStop, HasNoDelayIfNoConnectionIsOpen) {
  RunningServer server([](Request&) { return Text("ok"); });
  {
    auto client = server.Connect();
    client.Send(kGet);
    ASSERT_TRUE(client.Read());
  }
  ASSERT_TRUE(Eventually([&] { return server->connections() == 0; }));
  const auto before = std::chrono::steady_clock::now();
  server.Stop(Duration(60'000), Duration(60'000));
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(5));
}

TEST(HttpServerStop, DelaysNoLongerThanItDrains) {
  RunningServer server([](Request&) { return Text("ok"); });
  auto idle = server.Connect();
  idle.Send(kGet);
  ASSERT_TRUE(idle.Read());
  const auto before = std::chrono::steady_clock::now();
  server.Stop(Duration(100), Duration(60'000));
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(5));
  EXPECT_TRUE(idle.Closed());
}

TEST(HttpServerStop, EndsTheDelayTheSecondTime) {
  RunningServer server([](Request&) { return Text("ok"); });
  auto idle = server.Connect();
  idle.Send(kGet);
  ASSERT_TRUE(idle.Read());
  const auto before = std::chrono::steady_clock::now();
  std::jthread first([&] { server.Stop(Duration(60'000), Duration(60'000)); });
  ASSERT_TRUE(Eventually([&] { return server->stopping(); }));
  server.Stop(Duration(0));
  first.join();
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(5));
}

// The clients know their connections as made before the server has accepted them.
TEST(HttpServerStop, AnswersConnectionsThatWaitedToBeAccepted) {
  if (OverTls()) GTEST_SKIP() << "a client waits for the handshake, and so for the server";
  for (int round = 0; round < 20; ++round) {
    RunningServer server([](Request&) { return Text("ok"); });
    auto first = server.Connect();
    first.Send(kGet);
    ASSERT_TRUE(first.Read());
    std::vector<test::RawClient> clients;
    for (int i = 0; i < 20; ++i) {
      clients.push_back(test::RawClient(server.port()));
      clients.back().Send(kGet);
    }
    server.Stop(Duration(5'000));
    for (auto& client : clients) EXPECT_TRUE(client.Read());
  }
}

TEST(HttpServerStop, CancelsRequestsThatAreNotDoneInTime) {
  Waiting waiting;
  RunningServer server(std::ref(waiting));
  auto client = server.Connect();
  client.Send(kGet);
  ASSERT_TRUE(Eventually([&] { return waiting.entered == 1; }));
  server.Stop(Duration(50));
  EXPECT_EQ(waiting.cancelled, 1);
  EXPECT_EQ(client.Read()->body, "too late");  // a last response still arrives
}

TEST(HttpServerStop, EndsAtOnceTheSecondTime) {
  Waiting waiting;
  RunningServer server(std::ref(waiting));
  auto client = server.Connect();
  client.Send(kGet);
  ASSERT_TRUE(Eventually([&] { return waiting.entered == 1; }));
  std::thread first([&] { server.Stop(Duration(60'000)); });
  ASSERT_TRUE(Eventually([&] { return !server.Connect().connected(); }));
  server.Stop(Duration(0));
  first.join();
  EXPECT_EQ(waiting.cancelled, 1);
}

TEST(HttpServerStop, DoesNotWaitForClientsThatTakeNothing) {
  RunningServer server([](Request& request) {
    if (request.path == "/x") return Text(std::string(50'000'000, 'x'));
    return Stream([](std::string& out) {
      out.assign(100'000, 'x');
      return true;
    });
  });
  auto unary = server.Connect(4096);
  auto stream = server.Connect(4096);
  unary.Send(kGet);
  stream.Send("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n");
  unary.ReadUntil("\r\n\r\n");
  stream.ReadUntil("\r\n\r\n");
  const auto before = std::chrono::steady_clock::now();
  server.Stop(Duration(50));
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(5));
}

TEST(HttpServerStop, MayComeBeforeServe) {
  Server server({}, [](Request&) { return Text("ok"); }, &RunningServer::Refusal, {});
  const auto port = server.Bind("127.0.0.1", 0);
  ASSERT_TRUE(port);
  server.Stop(Duration(1'000));
  EXPECT_FALSE(test::RawClient(*port).connected());
  EXPECT_TRUE(server.Serve());  // returns
}

TEST(HttpServerStop, MayComeWhileServeBegins) {
  for (int i = 0; i < 50; ++i) {
    RunningServer server([](Request&) { return Text("ok"); });
    server.Stop(Duration(0));
  }
}

}  // namespace
}  // namespace agm::http
