// Reuse of connections.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "core/base/descriptors.h"
#include "tests/core/http/client/curl_client.h"

namespace agm::http {
namespace {

using testing::HasSubstr;

TEST(CurlTransport, UsesAConnectionAgain) {
  ScriptedServer server(AnswerAll);
  CurlTransport transport;
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(Got(transport, RequestTo(server.url("/"))), "{\"ok\":true}");
    EXPECT_EQ(transport.idle(), 1U);
  }
  EXPECT_EQ(server.connections(), 1);
}

TEST(CurlTransport, UsesAConnectionAgainAfterAStreamAndAfterAnError) {
  ScriptedServer server([](Visitor& visitor) {
    while (visitor.ReadRequest()) {
      if (visitor.head().starts_with("POST /error")) {
        visitor.Send(HttpAnswer("{\"error\":{}}", 429));
      } else {
        visitor.Send(ChunkedHead() + Chunk("data: 1\n\n"));
        visitor.Send(Chunk("data: 2\n\n") + Chunk(""));
      }
    }
  });
  CurlTransport transport;
  OutgoingRequest stream = RequestTo(server.url("/stream"));
  stream.stream = true;
  EXPECT_EQ(Got(transport, stream), "data: 1\n\ndata: 2\n\n");
  EXPECT_EQ(Got(transport, RequestTo(server.url("/error"))), "{\"error\":{}}");
  EXPECT_EQ(Got(transport, stream), "data: 1\n\ndata: 2\n\n");
  EXPECT_EQ(server.connections(), 1);
}

TEST(CurlTransport, HidesAConnectionThatTheUpstreamClosedMeanwhile) {
  ScriptedServer server([](Visitor& visitor) {
    visitor.ReadRequest();
    visitor.Send(HttpAnswer("{}"));
  });
  CurlTransport transport;
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(Got(transport, RequestTo(server.url("/"))), "{}");
    std::this_thread::sleep_for(milliseconds(20));
  }
  EXPECT_EQ(server.connections(), 3);
}

/// Answers the first request of the first connection; when the next request arrives, ends the
/// connection in the given way.
ScriptedServer::Script DiesOnReuse(void (Visitor::*end)()) {
  return [end](Visitor& visitor) {
    if (visitor.number() > 0) return AnswerAll(visitor);
    visitor.ReadRequest();
    visitor.Send(HttpAnswer("{}"));
    visitor.ReadRequest();
    (visitor.*end)();
  };
}

TEST(CurlTransport, RetriesUnseenWhenAReusedConnectionIsClosed) {
  ScriptedServer server(DiesOnReuse(&Visitor::Close));
  CurlTransport transport;
  EXPECT_EQ(Got(transport, RequestTo(server.url("/"))), "{}");
  EXPECT_EQ(Got(transport, RequestTo(server.url("/"))), "{\"ok\":true}");
  EXPECT_EQ(server.connections(), 2);
}

TEST(CurlTransport, RetriesUnseenWhenAReusedConnectionIsReset) {
  ScriptedServer server(DiesOnReuse(&Visitor::Reset));
  CurlTransport transport;
  EXPECT_EQ(Got(transport, RequestTo(server.url("/"))), "{}");
  const auto second = Fetch(transport, RequestTo(server.url("/")));
  ASSERT_TRUE(second) << second.error().message;
  EXPECT_EQ(*second, "{\"ok\":true}");
  EXPECT_EQ(server.connections(), 2);
}

TEST(CurlTransport, DoesNotTryAgainOnceAnAnswerHadBegun) {
  for (const auto end : {&Visitor::Close, &Visitor::Reset}) {
    ScriptedServer server([end](Visitor& visitor) {
      if (visitor.ReadRequest()) visitor.Send(HttpAnswer("{}"));
      if (visitor.ReadRequest()) visitor.Send("HTTP/1.1 2");
      std::this_thread::sleep_for(milliseconds(30));
      (visitor.*end)();
    });
    CurlTransport transport;
    EXPECT_EQ(Got(transport, RequestTo(server.url("/"))), "{}");
    EXPECT_FALSE(Fetch(transport, RequestTo(server.url("/"))));
    EXPECT_EQ(server.connections(), 1);
  }
}

TEST(CurlTransport, UsesNoConnectionAgainOnWhichItStillHasToSend) {
  std::atomic<bool> seen{false};
  ScriptedServer server([&](Visitor& visitor) {
    visitor.Send(HttpAnswer("{\"error\":{}}", 413));
    for (int i = 0; i < 1'000 && !seen; ++i) std::this_thread::sleep_for(milliseconds(5));
  });
  CurlTransport transport;
  const std::string large(30'000'000, 'x');
  OutgoingRequest request = RequestTo(server.url("/"));
  request.body = large;
  EXPECT_EQ(Got(transport, request), "{\"error\":{}}");
  EXPECT_EQ(transport.idle(), 0U);
  seen = true;
}

TEST(CurlTransport, DoesNotTryAgainOnAConnectionThatWasFresh) {
  ScriptedServer server([](Visitor& visitor) { visitor.ReadRequest(); });
  CurlTransport transport;
  const auto answer = Fetch(transport, RequestTo(server.url("/")));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kUpstreamUnavailable);
  EXPECT_EQ(server.connections(), 1);
}

TEST(CurlTransport, KeepsNoMoreIdleConnectionsThanItMay) {
  ScriptedServer server([](Visitor& visitor) {
    while (visitor.ReadRequest()) visitor.Send(ChunkedHead() + Chunk("x") + Chunk(""));
  });
  CurlTransport transport({.max_idle = 2, .max_idle_age = Duration(60'000)});
  std::vector<std::unique_ptr<Download>> downloads;
  for (int i = 0; i < 4; ++i) {
    downloads.push_back(*transport.Send(RequestTo(server.url("/")), NeverCancelled()));
  }
  EXPECT_EQ(server.connections(), 4);
  for (auto& download : downloads) EXPECT_EQ(GotAll(*download), "x");
  EXPECT_EQ(transport.idle(), 2U);
}

TEST(CurlTransport, LetsIdleConnectionsGrowOld) {
  ScriptedServer server(AnswerAll);
  CurlTransport transport({.max_idle = 8, .max_idle_age = Duration(1)});
  ASSERT_TRUE(Fetch(transport, RequestTo(server.url("/"))));
  std::this_thread::sleep_for(milliseconds(10));
  ASSERT_TRUE(Fetch(transport, RequestTo(server.url("/"))));
  EXPECT_EQ(server.connections(), 2);
}

/// Waits until the transport has that many idle connections, for at most five seconds.
bool ComesToIdle(const CurlTransport& transport, std::size_t count) {
  const TimePoint end = After(SystemClock().Now(), Duration(5'000));
  while (transport.idle() != count && SystemClock().Now() < end) {
    std::this_thread::sleep_for(milliseconds(5));
  }
  return transport.idle() == count;
}

TEST(CurlTransport, ClosesIdleConnectionsPastTheirAgeWithoutAnotherRequest) {
  std::atomic<int> closed{0};
  ScriptedServer server([&](Visitor& visitor) {
    AnswerAll(visitor);
    ++closed;
  });
  CurlTransport transport({.max_idle = 8, .max_idle_age = Duration(100)});
  ASSERT_TRUE(Fetch(transport, RequestTo(server.url("/"))));
  EXPECT_EQ(transport.idle(), 1U);
  EXPECT_TRUE(ComesToIdle(transport, 0));
  EXPECT_EQ(transport.descriptors().held, 0U);
  for (int i = 0; i < 1'000 && closed == 0; ++i) std::this_thread::sleep_for(milliseconds(5));
  EXPECT_EQ(closed, 1);
}

TEST(CurlTransport, ClosesAnIdleConnectionThatTheUpstreamHasClosed) {
  ScriptedServer stays(AnswerAll);
  ScriptedServer leaves([](Visitor& visitor) {
    visitor.ReadRequest();
    visitor.Send(HttpAnswer("{}"));
    std::this_thread::sleep_for(milliseconds(50));
  });
  CurlTransport transport;
  ASSERT_TRUE(Fetch(transport, RequestTo(stays.url("/"))));
  ASSERT_TRUE(Fetch(transport, RequestTo(leaves.url("/"))));
  EXPECT_EQ(transport.idle(), 2U);
  EXPECT_TRUE(ComesToIdle(transport, 1));
  ASSERT_TRUE(Fetch(transport, RequestTo(stays.url("/"))));
  EXPECT_EQ(stays.connections(), 1);
}

TEST(CurlTransport, HoldsOneDescriptorForAConnectionWithoutTls) {
  ScriptedServer server([](Visitor& visitor) {
    while (visitor.ReadRequest()) visitor.Send(ChunkedHead() + Chunk("x") + Chunk(""));
  });
  CurlTransport transport;
  ASSERT_TRUE(Fetch(transport, RequestTo(server.url("/"))));  // counts libcurl's own, once
  const std::size_t before = OpenDescriptors() - transport.descriptors().held;
  std::vector<std::unique_ptr<Download>> downloads;
  for (int i = 0; i < 20; ++i) {
    downloads.push_back(*transport.Send(RequestTo(server.url("/")), NeverCancelled()));
  }
  EXPECT_EQ(transport.descriptors().held, 20U);
  EXPECT_EQ(transport.descriptors().each, 1U);
  EXPECT_LE(OpenDescriptors(), before + 40U);  // the server's ends are open here too
}

/// Takes every descriptor that is left, and gives them back.
class FullTable {
 public:
  FullTable() {
    for (int fd = ::dup(0); fd >= 0; fd = ::dup(0)) taken_.push_back(fd);
  }
  ~FullTable() {
    for (const int fd : taken_) ::close(fd);
  }
  FullTable(const FullTable&) = delete;
  FullTable& operator=(const FullTable&) = delete;

 private:
  std::vector<int> taken_;
};

TEST(CurlTransport, SaysThatTheDescriptorTableIsFullAndBlamesNoUpstream) {
  if (DescriptorLimit() > 100'000) GTEST_SKIP() << "too many descriptors to take them all";
  CurlTransport transport;
  const OutgoingRequest request = RequestTo("http://127.0.0.1:9/");
  const FullTable full;
  const auto answer = transport.Send(request, NeverCancelled());
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kOverloaded);
  EXPECT_THAT(answer.error().message, HasSubstr("no file descriptor left"));
}

TEST(CurlTransport, KeepsConnectionsOfDifferentOriginsApart) {
  ScriptedServer one(AnswerAll);
  ScriptedServer two(AnswerAll);
  CurlTransport transport;
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(Fetch(transport, RequestTo(one.url("/"))));
    ASSERT_TRUE(Fetch(transport, RequestTo(two.url("/"))));
  }
  EXPECT_EQ(transport.idle(), 2U);
  EXPECT_EQ(one.connections(), 1);
  EXPECT_EQ(two.connections(), 1);
}

TEST(CurlTransport, ServesManyThreadsAtOnce) {
  ScriptedServer server(AnswerAll);
  CurlTransport transport;
  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 16; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) {
        const auto answer = Fetch(transport, RequestTo(server.url("/")));
        if (answer && *answer == "{\"ok\":true}") ++good;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, 800);
  EXPECT_LE(server.connections(), 16);
}

}  // namespace
}  // namespace agm::http
