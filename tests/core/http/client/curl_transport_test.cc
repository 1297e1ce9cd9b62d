#include "core/http/client/curl_transport.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "core/base/descriptors.h"
#include "core/base/guarded.h"
#include "core/base/os/wake_event.h"
#include "core/base/version.h"
#include "tests/support/packed.h"
#include "tests/support/scripted_server.h"

namespace agm::upstream {
namespace {

using std::chrono::milliseconds;
using test::Chunk;
using test::ChunkedHead;
using test::HttpAnswer;
using test::ScriptedServer;
using test::Visitor;
using testing::HasSubstr;
using testing::Not;

constexpr Duration kLong{10'000};

TimePoint In(Duration wait) { return SystemClock().Now() + wait; }

/// A cancellation that another thread triggers; it wakes threads that poll.
class Whistle : public Cancellation {
 public:
  int fd() const override { return noise_.fd(); }
  bool Cancelled() const override {
    ++asked_;
    return blown_;
  }
  void Blow() {
    blown_ = true;
    noise_.Signal();
  }
  /// Makes the descriptor readable without cancelling, like a pipelining client.
  void MakeNoise() { noise_.Signal(); }
  int asked() const { return asked_; }
  /// Cancels without waking anyone.
  void BlowSilently() { blown_ = true; }

 private:
  os::WakeEvent noise_;
  std::atomic<bool> blown_{false};
  mutable std::atomic<int> asked_{0};
};

HttpRequest Request(const std::string& url) {
  HttpRequest request;
  request.url = url;
  request.headers = {{"Content-Type", "application/json"}};
  request.credential = {"x-goog-api-key", Secret("AIzaCANARY")};
  request.body = "{\"contents\":[]}";
  return request;
}

/// The complete body, or the error.
Result<std::string> ReadAll(Download& download,
                            const Cancellation& cancellation = NeverCancelled()) {
  std::string body;
  for (;;) {
    const auto state = download.Read(body, In(kLong), cancellation);
    if (!state) return state.error();
    if (*state == ReadState::kEnd) return body;
  }
}

Result<std::string> Fetch(Transport& transport, const HttpRequest& request,
                          const Cancellation& cancellation = NeverCancelled()) {
  auto download = transport.Send(request, cancellation);
  if (!download) return std::move(download).error();
  return ReadAll(**download, cancellation);
}

std::string Text(const Result<std::string>& answer) {
  return answer ? *answer : "error: " + answer.error().message;
}

std::string GotAll(Download& download) { return Text(ReadAll(download)); }

std::string Got(Transport& transport, const HttpRequest& request,
                const Cancellation& cancellation = NeverCancelled()) {
  return Text(Fetch(transport, request, cancellation));
}

void AnswerAll(Visitor& visitor) {
  while (visitor.ReadRequest()) visitor.Send(HttpAnswer("{\"ok\":true}"));
}

/// Measures how long a wait took.
template <class Work>
Duration Took(Work work) {
  const TimePoint start = SystemClock().Now();
  work();
  return std::chrono::duration_cast<Duration>(SystemClock().Now() - start);
}

TEST(CurlTransport, SendsARequestAsItWasGivenAndReadsTheAnswer) {
  Guarded<std::string> head;
  Guarded<std::string> body;
  ScriptedServer server([&](Visitor& visitor) {
    visitor.ReadRequest();
    head.Set(visitor.head());
    body.Set(visitor.body());
    visitor.Send(HttpAnswer("{\"ok\":true}", 201, "application/json", "X-Thing:  a b \r\n"));
  });
  CurlTransport transport;
  auto download =
      transport.Send(Request(server.url("/v1beta/models/m:generateContent?x=1")), NeverCancelled());
  ASSERT_TRUE(download) << download.error().message;
  EXPECT_EQ((*download)->status(), 201);
  EXPECT_EQ((*download)->header("x-thing"), "a b");
  EXPECT_EQ((*download)->header("no-such"), "");
  EXPECT_EQ(GotAll(**download), "{\"ok\":true}");
  EXPECT_THAT(head.Copy(),
              testing::StartsWith("POST /v1beta/models/m:generateContent?x=1 HTTP/1.1\r\n"));
  EXPECT_THAT(head.Copy(), HasSubstr("\r\nx-goog-api-key: AIzaCANARY\r\n"));
  EXPECT_THAT(head.Copy(), HasSubstr("\r\nUser-Agent: agm/" + std::string(Version()) + "\r\n"));
  EXPECT_THAT(head.Copy(), HasSubstr("\r\nContent-Type: application/json\r\n"));
  EXPECT_THAT(head.Copy(), Not(HasSubstr("Expect")));
  EXPECT_EQ(body.Copy(), "{\"contents\":[]}");
}

TEST(CurlTransport, AsksForNoCompressionWhereTheAnswerStreams) {
  Guarded<std::string> encoding;
  ScriptedServer server([&](Visitor& visitor) {
    visitor.ReadRequest();
    encoding.Set(visitor.header("accept-encoding"));
    visitor.Send(HttpAnswer("{}"));
  });
  CurlTransport transport;
  HttpRequest request = Request(server.url("/"));
  request.stream = true;
  ASSERT_TRUE(Fetch(transport, request));
  EXPECT_EQ(encoding.Copy(), "identity");
  request.stream = false;
  ASSERT_TRUE(Fetch(transport, request));
  EXPECT_EQ(encoding.Copy(), "gzip");
}

/// {"ok":true}
std::string Zipped() {
  constexpr unsigned char kBytes[] = {0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00,
                                      0x02, 0x03, 0xab, 0x56, 0xca, 0xcf, 0x56, 0xb2,
                                      0x2a, 0x29, 0x2a, 0x4d, 0xad, 0x05, 0x00, 0x90,
                                      0x5f, 0xd4, 0xa7, 0x0b, 0x00, 0x00, 0x00};
  return {std::begin(kBytes), std::end(kBytes)};
}

TEST(CurlTransport, UnpacksAnAnswerWhetherItAskedForThatOrNot) {
  ScriptedServer server([](Visitor& visitor) {
    while (visitor.ReadRequest()) {
      visitor.Send(HttpAnswer(Zipped(), 200, "application/json", "Content-Encoding: gzip\r\n"));
    }
  });
  CurlTransport transport;
  HttpRequest request = Request(server.url("/"));
  EXPECT_EQ(Got(transport, request), "{\"ok\":true}");
  request.stream = true;
  EXPECT_EQ(Got(transport, request), "{\"ok\":true}");
  EXPECT_EQ(server.connections(), 1);
}

// Data that expands a thousandfold is returned in small pieces, so that callers can enforce limits.
TEST(CurlTransport, UnpacksLittleAtATime) {
  const std::string bomb = test::Packed(std::string(100'000'000, 'x'), test::Wrapping::kGzip);
  ScriptedServer server([&](Visitor& visitor) {
    visitor.ReadRequest();
    visitor.Send(HttpAnswer(bomb, 200, "application/json", "Content-Encoding: gzip\r\n"));
    visitor.AwaitClose(kLong);
  });
  CurlTransport transport;
  auto download = transport.Send(Request(server.url("/")), NeverCancelled());
  ASSERT_TRUE(download);
  std::this_thread::sleep_for(milliseconds(20));
  std::string out;
  ASSERT_TRUE((*download)->Read(out, In(kLong), NeverCancelled()));
  ASSERT_TRUE((*download)->Read(out, In(kLong), NeverCancelled()));
  EXPECT_LT(out.size(), 40'000'000U);
}

TEST(CurlTransportFaults, AnAnswerThatIsPackedWronglyIsNone) {
  ScriptedServer server([](Visitor& visitor) {
    visitor.ReadRequest();
    visitor.Send(HttpAnswer("no gzip", 200, "application/json", "Content-Encoding: gzip\r\n"));
  });
  CurlTransport transport;
  const auto answer = Fetch(transport, Request(server.url("/")));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kUpstreamRejected);
}

TEST(CurlTransport, GivesALargeRequestTheTimeItTakesToSend) {
  ScriptedServer server([](Visitor& visitor) {
    visitor.ReadRequest(Duration(3));
    visitor.Send(HttpAnswer("{}"));
  });
  CurlTransport transport;
  const std::string body(40'000'000, 'x');
  HttpRequest request = Request(server.url("/"));
  request.body = body;
  request.first_byte_timeout = Duration(1'000);
  const Duration took = Took([&] { EXPECT_EQ(Got(transport, request), "{}"); });
  EXPECT_GT(took, Duration(1'000)) << "the test proves nothing on so fast a reader";
}

// A wait for each kB would pass too, but take ten times as long.
TEST(CurlTransport, TakesALargeAnswerInLargePieces) {
  ScriptedServer server([](Visitor& visitor) {
    visitor.ReadRequest();
    visitor.Send(HttpAnswer(std::string(4'000'000, 'x')));
  });
  CurlTransport transport;
  auto download = transport.Send(Request(server.url("/")), NeverCancelled());
  ASSERT_TRUE(download);
  std::this_thread::sleep_for(milliseconds(50));
  std::string out;
  ASSERT_TRUE((*download)->Read(out, In(kLong), NeverCancelled()));
  ASSERT_TRUE((*download)->Read(out, In(kLong), NeverCancelled()));
  EXPECT_GT(out.size(), 100'000U);
}

TEST(CurlTransport, SendsABodyOfManyMegabytes) {
  std::atomic<std::size_t> got{0};
  ScriptedServer server([&](Visitor& visitor) {
    visitor.ReadRequest();
    got = visitor.body().size();
    visitor.Send(HttpAnswer("{}"));
  });
  CurlTransport transport;
  const std::string body(20'000'000, 'x');
  HttpRequest request = Request(server.url("/"));
  request.body = body;
  ASSERT_TRUE(Fetch(transport, request));
  EXPECT_EQ(got, body.size());
}

TEST(CurlTransport, CanGetAndNeedsNoBody) {
  Guarded<std::string> head;
  ScriptedServer server([&](Visitor& visitor) {
    visitor.ReadRequest();
    head.Set(visitor.head());
    visitor.Send(HttpAnswer("{}"));
  });
  CurlTransport transport;
  HttpRequest request = Request(server.url("/models"));
  request.method = "GET";
  request.body = {};
  ASSERT_TRUE(Fetch(transport, request));
  EXPECT_THAT(head.Copy(), testing::StartsWith("GET /models HTTP/1.1\r\n"));
}

// --- reuse ---------------------------------------------------------------------------------------

TEST(CurlTransport, UsesAConnectionAgain) {
  ScriptedServer server(AnswerAll);
  CurlTransport transport;
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(Got(transport, Request(server.url("/"))), "{\"ok\":true}");
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
  HttpRequest stream = Request(server.url("/stream"));
  stream.stream = true;
  EXPECT_EQ(Got(transport, stream), "data: 1\n\ndata: 2\n\n");
  EXPECT_EQ(Got(transport, Request(server.url("/error"))), "{\"error\":{}}");
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
    EXPECT_EQ(Got(transport, Request(server.url("/"))), "{}");
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
  EXPECT_EQ(Got(transport, Request(server.url("/"))), "{}");
  EXPECT_EQ(Got(transport, Request(server.url("/"))), "{\"ok\":true}");
  EXPECT_EQ(server.connections(), 2);
}

TEST(CurlTransport, RetriesUnseenWhenAReusedConnectionIsReset) {
  ScriptedServer server(DiesOnReuse(&Visitor::Reset));
  CurlTransport transport;
  EXPECT_EQ(Got(transport, Request(server.url("/"))), "{}");
  const auto second = Fetch(transport, Request(server.url("/")));
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
    EXPECT_EQ(Got(transport, Request(server.url("/"))), "{}");
    EXPECT_FALSE(Fetch(transport, Request(server.url("/"))));
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
  HttpRequest request = Request(server.url("/"));
  request.body = large;
  EXPECT_EQ(Got(transport, request), "{\"error\":{}}");
  EXPECT_EQ(transport.idle(), 0U);
  seen = true;
}

TEST(CurlTransport, DoesNotTryAgainOnAConnectionThatWasFresh) {
  ScriptedServer server([](Visitor& visitor) { visitor.ReadRequest(); });
  CurlTransport transport;
  const auto answer = Fetch(transport, Request(server.url("/")));
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
    downloads.push_back(*transport.Send(Request(server.url("/")), NeverCancelled()));
  }
  EXPECT_EQ(server.connections(), 4);
  for (auto& download : downloads) EXPECT_EQ(GotAll(*download), "x");
  EXPECT_EQ(transport.idle(), 2U);
}

TEST(CurlTransport, LetsIdleConnectionsGrowOld) {
  ScriptedServer server(AnswerAll);
  CurlTransport transport({.max_idle = 8, .max_idle_age = Duration(1)});
  ASSERT_TRUE(Fetch(transport, Request(server.url("/"))));
  std::this_thread::sleep_for(milliseconds(10));
  ASSERT_TRUE(Fetch(transport, Request(server.url("/"))));
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
  ASSERT_TRUE(Fetch(transport, Request(server.url("/"))));
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
  ASSERT_TRUE(Fetch(transport, Request(stays.url("/"))));
  ASSERT_TRUE(Fetch(transport, Request(leaves.url("/"))));
  EXPECT_EQ(transport.idle(), 2U);
  EXPECT_TRUE(ComesToIdle(transport, 1));
  ASSERT_TRUE(Fetch(transport, Request(stays.url("/"))));
  EXPECT_EQ(stays.connections(), 1);
}

TEST(CurlTransport, HoldsOneDescriptorForAConnectionWithoutTls) {
  ScriptedServer server([](Visitor& visitor) {
    while (visitor.ReadRequest()) visitor.Send(ChunkedHead() + Chunk("x") + Chunk(""));
  });
  CurlTransport transport;
  ASSERT_TRUE(Fetch(transport, Request(server.url("/"))));  // counts libcurl's own, once
  const std::size_t before = OpenDescriptors() - transport.descriptors().held;
  std::vector<std::unique_ptr<Download>> downloads;
  for (int i = 0; i < 20; ++i) {
    downloads.push_back(*transport.Send(Request(server.url("/")), NeverCancelled()));
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
  const HttpRequest request = Request("http://127.0.0.1:9/");
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
    ASSERT_TRUE(Fetch(transport, Request(one.url("/"))));
    ASSERT_TRUE(Fetch(transport, Request(two.url("/"))));
  }
  EXPECT_EQ(transport.idle(), 2U);
  EXPECT_EQ(one.connections(), 1);
  EXPECT_EQ(two.connections(), 1);
}

// --- faults --------------------------------------------------------------------------------------

int ClosedPort() {
  const ScriptedServer server([](Visitor&) {});
  return server.port();
}

TEST(CurlTransportFaults, ARefusedConnectionIsUnavailable) {
  CurlTransport transport;
  const std::string address = "127.0.0.1:" + std::to_string(ClosedPort());
  const auto answer = Fetch(transport, Request("http://" + address + "/secret?key=AIzaCANARY"));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kUpstreamUnavailable);
  EXPECT_THAT(answer.error().message, HasSubstr(address));
  EXPECT_THAT(answer.error().message, Not(HasSubstr("secret")));
  EXPECT_THAT(answer.error().message, Not(HasSubstr("CANARY")));
}

TEST(CurlTransportFaults, ANameThatDoesNotExistIsUnavailable) {
  CurlTransport transport;
  HttpRequest request = Request("http://no-such-host.invalid/");
  request.connect_timeout = Duration(5'000);
  const auto answer = Fetch(transport, request);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kUpstreamUnavailable);
}

TEST(CurlTransportFaults, AnAddressThatIsNoneIsRefused) {
  CurlTransport transport;
  for (const char* url :
       {"", "file:///etc/passwd", "ftp://127.0.0.1/", "http://", "127.0.0.1:1",
        "http://user:pass@127.0.0.1/", "http://127.0.0.1:0/", "http://127.0.0.1/a\r\nX: y"}) {
    const auto answer = Fetch(transport, Request(url));
    ASSERT_FALSE(answer) << url;
    EXPECT_EQ(answer.error().code, ErrorCode::kConfig) << url;
  }
}

TEST(CurlTransportFaults, AnAddressThatCannotBeUsedIsToldWithoutItsPath) {
  ScriptedServer server(AnswerAll);
  CurlTransport transport;
  EXPECT_EQ(Got(transport, Request(server.url("/"))), "{\"ok\":true}");
  const auto answer = Fetch(transport, Request(server.url("/a secret")));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kConfig);
  EXPECT_EQ(answer.error().message,
            "127.0.0.1:" + std::to_string(server.port()) + ": the address cannot be used");
  EXPECT_EQ(Got(transport, Request(server.url("/b"))), "{\"ok\":true}");
  EXPECT_EQ(server.connections(), 1) << "the connection is as good as it was";
}

TEST(CurlTransportFaults, NoHeaderCanBreakOutOfItsLine) {
  CurlTransport transport;
  HttpRequest request = Request("http://127.0.0.1:9/");
  request.credential.second = Secret("key\r\nX-Evil: 1");
  const auto answer = Fetch(transport, request);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kConfig);
  EXPECT_THAT(answer.error().message, Not(HasSubstr("key\r")));
}

struct Fault {
  const char* name;
  ScriptedServer::Script script;
  ErrorCode code;
};

class HeadFault : public testing::TestWithParam<Fault> {};

TEST_P(HeadFault, EndsInAnErrorInOurWords) {
  ScriptedServer server([](Visitor& visitor) {
    visitor.ReadRequest();
    GetParam().script(visitor);
  });
  CurlTransport transport;
  HttpRequest request = Request(server.url("/secret?key=AIzaCANARY"));
  request.first_byte_timeout = Duration(300);
  const auto answer = Fetch(transport, request);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, GetParam().code) << answer.error().message;
  EXPECT_THAT(answer.error().message, HasSubstr("127.0.0.1:" + std::to_string(server.port())));
  EXPECT_THAT(answer.error().message, Not(HasSubstr("secret")));
  EXPECT_THAT(answer.error().message, Not(HasSubstr("CANARY")));
  EXPECT_EQ(transport.idle(), 0U);
  EXPECT_EQ(server.connections(), 1);
}

void EndlessHead(Visitor& visitor) {
  visitor.Send("HTTP/1.1 200 OK\r\n");
  while (visitor.Send("X-Filler: 0123456789012345678901234567890123456789\r\n")) {
  }
}

void EndlessHeaderLine(Visitor& visitor) {
  visitor.Send("HTTP/1.1 200 OK\r\nX-Filler: ");
  while (visitor.Send(std::string(4096, 'x'))) {
  }
}

void EndlessInterimHeads(Visitor& visitor) {
  while (visitor.Send("HTTP/1.1 102 Processing\r\nX: y\r\n\r\n")) {
  }
}

INSTANTIATE_TEST_SUITE_P(
    Upstream, HeadFault,
    testing::Values(
        Fault{"Close", [](Visitor&) {}, ErrorCode::kUpstreamUnavailable},
        Fault{"Reset", [](Visitor& v) { v.Reset(); }, ErrorCode::kUpstreamUnavailable},
        Fault{"CutInTheStatusLine", [](Visitor& v) { v.Send("HTTP/1.1 2"); },
              ErrorCode::kUpstreamUnavailable},
        Fault{"CutInAHeader", [](Visitor& v) { v.Send("HTTP/1.1 200 OK\r\nContent-Ty"); },
              ErrorCode::kUpstreamUnavailable},
        Fault{"Hang", [](Visitor& v) { v.AwaitClose(kLong); }, ErrorCode::kTimeout},
        Fault{"HangInTheHead",
              [](Visitor& v) {
                v.Send("HTTP/1.1 200 OK\r\nA: b\r\n");
                v.AwaitClose(kLong);
              },
              ErrorCode::kTimeout},
        Fault{"Garbage", [](Visitor& v) { v.Send("\x16\x03\x01 what is this\r\n\r\n"); },
              ErrorCode::kUpstreamRejected},
        Fault{"AnotherProtocol", [](Visitor& v) { v.Send("SSH-2.0-OpenSSH_9.2\r\n"); },
              ErrorCode::kUpstreamRejected},
        Fault{"EndlessHead", EndlessHead, ErrorCode::kUpstreamRejected},
        Fault{"EndlessHeaderLine", EndlessHeaderLine, ErrorCode::kUpstreamRejected},
        Fault{"EndlessInterimHeads", EndlessInterimHeads, ErrorCode::kUpstreamRejected}),
    [](const auto& fault) { return fault.param.name; });

class BodyFault : public testing::TestWithParam<Fault> {};

TEST_P(BodyFault, GivesWhatCameAndThenTheError) {
  ScriptedServer server([](Visitor& visitor) {
    visitor.ReadRequest();
    GetParam().script(visitor);
  });
  CurlTransport transport;
  HttpRequest request = Request(server.url("/"));
  request.stream = true;
  request.idle_timeout = Duration(300);
  auto download = transport.Send(request, NeverCancelled());
  ASSERT_TRUE(download) << download.error().message;
  std::string body;
  Result<ReadState> state = ReadState::kData;
  while (state && *state == ReadState::kData) {
    state = (*download)->Read(body, In(kLong), NeverCancelled());
  }
  ASSERT_FALSE(state);
  EXPECT_EQ(state.error().code, GetParam().code) << state.error().message;
  EXPECT_THAT(body, testing::StartsWith("data: \xC3"));
  const auto again = (*download)->Read(body, In(kLong), NeverCancelled());
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, GetParam().code);
  EXPECT_EQ(transport.idle(), 0U);
}

INSTANTIATE_TEST_SUITE_P(
    Upstream, BodyFault,
    testing::Values(
        Fault{"CutBetweenChunks", [](Visitor& v) { v.Send(ChunkedHead() + Chunk("data: \xC3")); },
              ErrorCode::kUpstreamUnavailable},
        Fault{"CutInsideAChunk", [](Visitor& v) { v.Send(ChunkedHead() + "20\r\ndata: \xC3"); },
              ErrorCode::kUpstreamUnavailable},
        Fault{"ResetInsideAChunk",
              [](Visitor& v) {
                v.Send(ChunkedHead() + "20\r\ndata: \xC3");
                v.AwaitClose(Duration(50));
                v.Reset();
              },
              ErrorCode::kUpstreamUnavailable},
        Fault{"ShorterThanItsLength",
              [](Visitor& v) { v.Send("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\ndata: \xC3"); },
              ErrorCode::kUpstreamUnavailable},
        Fault{"BrokenChunking",
              [](Visitor& v) { v.Send(ChunkedHead() + Chunk("data: \xC3") + "zz\r\n"); },
              ErrorCode::kUpstreamUnavailable},
        Fault{"Hang",
              [](Visitor& v) {
                v.Send(ChunkedHead() + Chunk("data: \xC3"));
                v.AwaitClose(kLong);
              },
              ErrorCode::kTimeout}),
    [](const auto& fault) { return fault.param.name; });

TEST(CurlTransportFaults, ASlowDripIsReadToItsEnd) {
  ScriptedServer server([](Visitor& visitor) {
    visitor.ReadRequest();
    visitor.SendSlowly(ChunkedHead() + Chunk("data: drip\n\n") + Chunk(""), 1, Duration(1));
  });
  CurlTransport transport;
  HttpRequest request = Request(server.url("/"));
  request.first_byte_timeout = Duration(5'000);
  EXPECT_EQ(Got(transport, request), "data: drip\n\n");
}

TEST(CurlTransportFaults, AnEndlessDripEndsWithTheRequestsTime) {
  ScriptedServer server([](Visitor& visitor) {
    visitor.ReadRequest();
    visitor.Send(ChunkedHead());
    while (visitor.Send(Chunk("x")) && !visitor.AwaitClose(Duration(20))) {
    }
  });
  CurlTransport transport;
  HttpRequest request = Request(server.url("/"));
  request.deadline = In(Duration(300));
  const auto answer = Fetch(transport, request);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kTimeout);
}

TEST(CurlTransportFaults, ARedirectIsNotFollowed) {
  ScriptedServer elsewhere(AnswerAll);
  ScriptedServer server([&](Visitor& visitor) {
    visitor.ReadRequest();
    visitor.Send(HttpAnswer("", 302, "text/html", "Location: " + elsewhere.url("/") + "\r\n"));
  });
  CurlTransport transport;
  auto download = transport.Send(Request(server.url("/")), NeverCancelled());
  ASSERT_TRUE(download);
  EXPECT_EQ((*download)->status(), 302);
  EXPECT_EQ(elsewhere.connections(), 0);
}

TEST(CurlTransportFaults, InterimHeadsAndTrailersAreNoPartOfTheAnswer) {
  ScriptedServer server([](Visitor& visitor) {
    visitor.ReadRequest();
    visitor.Send("HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n");
    visitor.Send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + Chunk("x") +
                 "0\r\nX-Late: 1\r\n\r\n");
  });
  CurlTransport transport;
  auto download = transport.Send(Request(server.url("/")), NeverCancelled());
  ASSERT_TRUE(download);
  EXPECT_EQ((*download)->status(), 200);
  EXPECT_EQ(GotAll(**download), "x");
  EXPECT_EQ((*download)->header("x-early"), "");
  EXPECT_EQ((*download)->header("x-late"), "");
}

// --- pulling -------------------------------------------------------------------------------------

TEST(CurlTransport, HandsOutEachPieceAsItComes) {
  std::atomic<int> asked{0};
  ScriptedServer server([&](Visitor& visitor) {
    visitor.ReadRequest();
    visitor.Send(ChunkedHead());
    for (int i = 1; i <= 3; ++i) {
      while (asked < i) std::this_thread::yield();
      visitor.Send(Chunk(std::to_string(i)));
    }
    visitor.Send(Chunk(""));
    visitor.AwaitClose(kLong);
  });
  CurlTransport transport;
  auto download = transport.Send(Request(server.url("/")), NeverCancelled());
  ASSERT_TRUE(download);
  for (int i = 1; i <= 3; ++i) {
    asked = i;
    std::string piece;
    ASSERT_EQ(*(*download)->Read(piece, In(kLong), NeverCancelled()), ReadState::kData);
    EXPECT_EQ(piece, std::to_string(i));
  }
  std::string rest;
  EXPECT_EQ(*(*download)->Read(rest, In(kLong), NeverCancelled()), ReadState::kEnd);
  EXPECT_EQ(*(*download)->Read(rest, In(kLong), NeverCancelled()), ReadState::kEnd);
  EXPECT_EQ(transport.idle(), 1U);
}

TEST(CurlTransport, SaysWhenThereIsNothingYet) {
  ScriptedServer server([](Visitor& visitor) {
    visitor.ReadRequest();
    visitor.Send(ChunkedHead());
    visitor.AwaitClose(kLong);
  });
  CurlTransport transport;
  auto download = transport.Send(Request(server.url("/")), NeverCancelled());
  ASSERT_TRUE(download);
  std::string out;
  EXPECT_EQ(*(*download)->Read(out, In(Duration(30)), NeverCancelled()), ReadState::kNothingYet);
  EXPECT_EQ(*(*download)->Read(out, In(Duration(-5)), NeverCancelled()), ReadState::kNothingYet);
  EXPECT_EQ(out, "");
}

TEST(CurlTransport, CountsTheSilenceOverManyShortReads) {
  ScriptedServer server([](Visitor& visitor) {
    visitor.ReadRequest();
    visitor.Send(ChunkedHead());
    visitor.AwaitClose(kLong);
  });
  CurlTransport transport;
  HttpRequest request = Request(server.url("/"));
  request.idle_timeout = Duration(200);
  auto download = transport.Send(request, NeverCancelled());
  ASSERT_TRUE(download);
  std::string out;
  const Duration took = Took([&] {
    while ((*download)->Read(out, In(Duration(20)), NeverCancelled())) {
    }
  });
  EXPECT_GE(took, Duration(190));
  EXPECT_LE(took, Duration(1'000));
}

TEST(CurlTransport, DoesNotTakeTheReadersOwnPauseForSilence) {
  ScriptedServer server([](Visitor& visitor) {
    visitor.ReadRequest();
    visitor.Send(ChunkedHead() + Chunk("1"));
    visitor.AwaitClose(Duration(350));
    visitor.Send(Chunk("2") + Chunk(""));
    visitor.AwaitClose(kLong);
  });
  CurlTransport transport;
  HttpRequest request = Request(server.url("/"));
  request.idle_timeout = Duration(200);
  auto download = transport.Send(request, NeverCancelled());
  ASSERT_TRUE(download);
  std::string out;
  while (out.empty()) ASSERT_TRUE((*download)->Read(out, In(kLong), NeverCancelled()));
  std::this_thread::sleep_for(milliseconds(300));
  EXPECT_EQ(GotAll(**download), "2");
}

TEST(CurlTransport, ReadsNothingBetweenTwoCalls) {
  std::atomic<std::size_t> sent{0};
  ScriptedServer server([&](Visitor& visitor) {
    visitor.ReadRequest();
    visitor.Send("HTTP/1.1 200 OK\r\n\r\n");
    const std::string piece(65'536, 'x');
    while (sent < 64'000'000 && visitor.Send(piece)) sent += piece.size();
  });
  CurlTransport transport;
  auto download = transport.Send(Request(server.url("/")), NeverCancelled());
  ASSERT_TRUE(download);
  std::this_thread::sleep_for(milliseconds(200));
  EXPECT_LT(sent, 16'000'000U);  // only what the kernel's buffers hold
  std::size_t most = 0;
  std::size_t total = 0;
  std::string out;
  while (*(*download)->Read(out, In(kLong), NeverCancelled()) == ReadState::kData) {
    most = std::max(most, out.size());
    total += out.size();
    out.clear();
  }
  EXPECT_EQ(total, sent);
  EXPECT_LE(most, 2'000'000U);
}

// Reads like a carrier thread: waits for awaited(), then reads without blocking.
Result<ReadState> ReadAsCarrier(Download& download, std::string& out, TimePoint until) {
  while (SystemClock().Now() < until) {
    const Awaited awaited = download.awaited();
    if (awaited.fd < 0 && awaited.until != kNoWait) {
      return download.Read(out, until, NeverCancelled());
    }
    pollfd ready{awaited.fd, POLLIN, 0};
    const Duration wait = Left(SystemClock().Now(), std::min(until, awaited.until));
    if (awaited.fd >= 0) ::poll(&ready, 1, static_cast<int>(wait.count()));
    auto state = download.Read(out, kNoWait, NeverCancelled());
    if (!state || *state != ReadState::kNothingYet) return state;
  }
  return ReadState::kNothingYet;
}

TEST(CurlTransport, SaysWhatToWaitFor) {
  ScriptedServer server([](Visitor& visitor) {
    while (visitor.ReadRequest()) {
      visitor.Send(ChunkedHead());
      for (const char* piece : {"one", "two", "three"}) {
        std::this_thread::sleep_for(milliseconds(20));
        visitor.Send(Chunk(piece));
      }
      visitor.Send(Chunk(""));
    }
  });
  CurlTransport transport;
  for (int i = 0; i < 2; ++i) {  // on a new connection, and on the same one again
    auto download = transport.Send(Request(server.url("/")), NeverCancelled());
    ASSERT_TRUE(download);
    const Awaited awaited = (*download)->awaited();  // the first piece may have come with the head
    EXPECT_TRUE(awaited.fd >= 0 || awaited.until == kNoWait);
    std::string out;
    while (*ReadAsCarrier(**download, out, In(kLong)) == ReadState::kData) {
    }
    EXPECT_EQ(out, "onetwothree");
  }
  EXPECT_EQ(server.connections(), 1);
}

TEST(CurlTransport, SendsTheRestOfARequestThatIsAnsweredEarly) {
  const std::string large(12'000'000, 'x');
  ScriptedServer server([](Visitor& visitor) {
    visitor.Send(ChunkedHead());
    if (visitor.ReadRequest()) visitor.Send(Chunk("done") + Chunk(""));
    visitor.AwaitClose(milliseconds(500));
  });
  CurlTransport transport;
  auto request = Request(server.url("/"));
  request.body = large;
  auto download = transport.Send(request, NeverCancelled());
  ASSERT_TRUE(download) << download.error().message;
  std::string out;
  EXPECT_EQ(*ReadAsCarrier(**download, out, In(kLong)), ReadState::kData);
  EXPECT_EQ(out, "done");
}

TEST(CurlTransport, EndsAnAnswerThatNeverPausesAtItsDeadline) {
  ScriptedServer server([](Visitor& visitor) {
    visitor.ReadRequest();
    visitor.Send(ChunkedHead());
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    while (std::chrono::steady_clock::now() < end && visitor.Send(Chunk("x"))) {
    }
  });
  CurlTransport transport;
  for (const bool carried : {false, true}) {
    auto request = Request(server.url("/"));
    request.deadline = In(milliseconds(200));
    auto download = transport.Send(request, NeverCancelled());
    ASSERT_TRUE(download);
    std::string out;
    Result<ReadState> state = ReadState::kData;
    const TimePoint until = In(milliseconds(3'000));
    while (state && SystemClock().Now() < until) {
      out.clear();
      state = carried ? ReadAsCarrier(**download, out, until)
                      : (*download)->Read(out, until, NeverCancelled());
    }
    ASSERT_FALSE(state) << carried;
    EXPECT_EQ(state.error().code, ErrorCode::kTimeout);
  }
}

// --- cancellation --------------------------------------------------------------------------------

/// Cancels shortly after the work has begun; returns how long the work continued after that.
template <class Work>
Duration AfterTheWhistle(Whistle& whistle, Work work) {
  TimePoint blown{};
  std::thread thread([&] {
    std::this_thread::sleep_for(milliseconds(100));
    blown = SystemClock().Now();
    whistle.Blow();
  });
  work();
  const TimePoint end = SystemClock().Now();
  thread.join();
  return std::chrono::duration_cast<Duration>(end - blown);
}

/// A listener whose queue is full: connections to it neither succeed nor fail.
class DeafListener {
 public:
  DeafListener() : listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address_;
    EXPECT_EQ(bind(listener_, Address(), size), 0);
    EXPECT_EQ(listen(listener_, 0), 0);
    EXPECT_EQ(getsockname(listener_, Address(), &size), 0);
    while (Fill()) {
    }
  }
  ~DeafListener() {
    for (const int fd : fillers_) close(fd);
    close(listener_);
  }
  int port() const { return ntohs(address_.sin_port); }

 private:
  sockaddr* Address() { return reinterpret_cast<sockaddr*>(&address_); }
  // False if the last connection did not fit into the queue.
  bool Fill() {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    fillers_.push_back(fd);
    connect(fd, Address(), sizeof address_);
    pollfd entry{fd, POLLOUT, 0};
    return poll(&entry, 1, 100) == 1;
  }

  int listener_;
  sockaddr_in address_{};
  std::vector<int> fillers_;
};

TEST(CurlTransportCancel, StopsWhileConnecting) {
  const DeafListener deaf;
  CurlTransport transport;
  Whistle whistle;
  const Duration late = AfterTheWhistle(whistle, [&] {
    const auto answer =
        transport.Send(Request("http://127.0.0.1:" + std::to_string(deaf.port()) + "/"), whistle);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::kCancelled);
  });
  EXPECT_LT(late, Duration(250));
}

TEST(CurlTransportCancel, ConnectingEndsInTime) {
  const DeafListener deaf;
  CurlTransport transport;
  HttpRequest request = Request("http://127.0.0.1:" + std::to_string(deaf.port()) + "/");
  request.connect_timeout = Duration(200);
  const Duration took = Took([&] {
    const auto answer = transport.Send(request, NeverCancelled());
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::kUpstreamUnavailable);
  });
  EXPECT_LT(took, Duration(1'000));
}

/// A server that records how soon after the cancellation its connection was closed.
struct Watched {
  explicit Watched(std::string sends)
      : server([this, bytes = std::move(sends)](Visitor& visitor) {
          visitor.ReadRequest();
          visitor.Send(bytes);
          closed = visitor.AwaitClose(kLong);
        }) {}
  std::atomic<bool> closed{false};
  ScriptedServer server;
};

bool Soon(const std::atomic<bool>& flag) {
  for (int i = 0; i < 250 && !flag; ++i) std::this_thread::sleep_for(milliseconds(1));
  return flag;
}

TEST(CurlTransportCancel, StopsTheUpstreamWhileWaitingForTheHead) {
  Watched watched("");
  CurlTransport transport;
  Whistle whistle;
  const Duration late = AfterTheWhistle(whistle, [&] {
    const auto answer = transport.Send(Request(watched.server.url("/")), whistle);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::kCancelled);
  });
  EXPECT_LT(late, Duration(250));
  EXPECT_TRUE(Soon(watched.closed));
}

TEST(CurlTransportCancel, StopsTheUpstreamInTheMiddleOfTheBody) {
  Watched watched(ChunkedHead() + Chunk("x"));
  CurlTransport transport;
  Whistle whistle;
  auto download = transport.Send(Request(watched.server.url("/")), whistle);
  ASSERT_TRUE(download);
  const Duration late = AfterTheWhistle(whistle, [&] {
    const auto rest = ReadAll(**download, whistle);
    ASSERT_FALSE(rest);
    EXPECT_EQ(rest.error().code, ErrorCode::kCancelled);
  });
  EXPECT_LT(late, Duration(250));
  EXPECT_TRUE(Soon(watched.closed));
}

TEST(CurlTransportCancel, StopsTheUpstreamWhenTheDownloadIsDropped) {
  Watched watched(ChunkedHead() + Chunk("x"));
  CurlTransport transport;
  auto download = transport.Send(Request(watched.server.url("/")), NeverCancelled());
  ASSERT_TRUE(download);
  download->reset();
  EXPECT_TRUE(Soon(watched.closed));
  EXPECT_EQ(transport.idle(), 0U);
}

TEST(CurlTransportCancel, IsHeardThroughADescriptorThatStaysReadable) {
  Watched watched("");
  CurlTransport transport;
  Whistle whistle;
  whistle.MakeNoise();
  std::thread thread([&] {
    std::this_thread::sleep_for(milliseconds(100));
    whistle.BlowSilently();
  });
  const Duration took = Took([&] {
    const auto answer = transport.Send(Request(watched.server.url("/")), whistle);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::kCancelled);
  });
  thread.join();
  EXPECT_LT(took, Duration(350));
  EXPECT_TRUE(Soon(watched.closed));
}

TEST(CurlTransportCancel, DoesNotSpinOnADescriptorThatStaysReadable) {
  ScriptedServer server([](Visitor& visitor) {
    visitor.ReadRequest();
    visitor.AwaitClose(Duration(300));
    visitor.Send(HttpAnswer("{}"));
  });
  CurlTransport transport;
  Whistle whistle;
  whistle.MakeNoise();
  EXPECT_EQ(Got(transport, Request(server.url("/")), whistle), "{}");
  EXPECT_LE(whistle.asked(), 20);
}

TEST(CurlTransportCancel, NothingIsSentForAClientThatHasLeftAlready) {
  ScriptedServer server(AnswerAll);
  CurlTransport transport;
  Whistle whistle;
  whistle.Blow();
  const auto answer = Fetch(transport, Request(server.url("/")), whistle);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kCancelled);
  EXPECT_EQ(server.connections(), 0);
}

// --- proxies -------------------------------------------------------------------------------------

class ProxyVariable {
 public:
  ProxyVariable(const char* name, const std::string& value) : name_(name) {
    setenv(name, value.c_str(), 1);
  }
  ~ProxyVariable() { unsetenv(name_); }

 private:
  const char* name_;
};

/// A proxy that opens a tunnel for every client and answers at the tunnel's other end itself.
ScriptedServer::Script Tunnel(Guarded<std::string>& asked) {
  return [&asked](Visitor& visitor) {
    visitor.ReadRequest();
    asked.Set(visitor.head());
    visitor.Send("HTTP/1.1 200 Connection established\r\n\r\n");
    AnswerAll(visitor);
  };
}

TEST(CurlTransportProxy, AsksForATunnelForEveryUpstream) {
  Guarded<std::string> asked;
  ScriptedServer proxy(Tunnel(asked));
  CurlTransport transport;
  for (const std::string path : {"/v1beta/models", "/v1beta/files?page=2"}) {
    HttpRequest request = Request("http://upstream.invalid" + path);
    request.proxy = proxy.url();
    EXPECT_EQ(Got(transport, request), "{\"ok\":true}");
  }
  EXPECT_THAT(asked.Copy(), testing::StartsWith("CONNECT upstream.invalid:80 HTTP/1.1\r\n"));
  EXPECT_THAT(asked.Copy(), Not(HasSubstr("CANARY")));
  EXPECT_EQ(proxy.connections(), 1);
}

TEST(CurlTransportProxy, AsksForATunnelToAnHttpsUpstreamAndTellsItsRefusal) {
  Guarded<std::string> head;
  ScriptedServer proxy([&](Visitor& visitor) {
    visitor.ReadRequest();
    head.Set(visitor.head());
    visitor.Send("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n");
  });
  CurlTransport transport;
  HttpRequest request = Request("https://upstream.invalid/v1beta/models");
  request.proxy = "http://user:hunter2@127.0.0.1:" + std::to_string(proxy.port());
  const auto answer = Fetch(transport, request);
  ASSERT_FALSE(answer);
  EXPECT_THAT(head.Copy(), testing::StartsWith("CONNECT upstream.invalid:443 HTTP/1.1\r\n"));
  EXPECT_THAT(head.Copy(), Not(HasSubstr("CANARY")));
  EXPECT_EQ(answer.error().code, ErrorCode::kUpstreamUnavailable);
  EXPECT_THAT(answer.error().message, HasSubstr("407"));
  EXPECT_THAT(answer.error().message, HasSubstr("127.0.0.1:" + std::to_string(proxy.port())));
  EXPECT_THAT(answer.error().message, Not(HasSubstr("hunter2")));
}

TEST(CurlTransportProxy, TakesTheEnvironmentsProxyWhereNoneIsGiven) {
  Guarded<std::string> asked;
  ScriptedServer proxy(Tunnel(asked));
  const ProxyVariable variable("http_proxy", proxy.url());
  CurlTransport transport;
  EXPECT_TRUE(Fetch(transport, Request("http://upstream.invalid/")));
  EXPECT_EQ(proxy.connections(), 1);
}

TEST(CurlTransportProxy, NeverReachesLoopbackThroughAProxy) {
  ScriptedServer proxy(AnswerAll);
  ScriptedServer server([](Visitor& visitor) {
    while (visitor.ReadRequest()) visitor.Send(HttpAnswer("direct"));
  });
  const ProxyVariable variable("http_proxy", proxy.url());
  const ProxyVariable all("all_proxy", proxy.url());
  CurlTransport transport;
  for (const std::string host : {"127.0.0.1", "localhost", "127.0.0.2", "LocalHost"}) {
    HttpRequest request = Request("http://" + host + ":" + std::to_string(server.port()) + "/");
    if (host != "127.0.0.2") request.proxy = proxy.url();
    const auto answer = Fetch(transport, request);
    if (host == "127.0.0.2" && !answer) continue;  // listens on 127.0.0.1 only
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(*answer, "direct");
  }
  EXPECT_EQ(proxy.connections(), 0);
}

TEST(CurlTransportGuard, ConnectsOnlyWhereItMay) {
  ScriptedServer server(AnswerAll);
  bool allowed = false;
  std::vector<IpAddress> asked;
  CurlTransport::Options options;
  options.may_connect = [&](const IpAddress& address) {
    asked.push_back(address);
    return allowed;
  };
  CurlTransport transport(options);
  const std::string port = std::to_string(server.port());
  for (const std::string host : {"127.0.0.1", "localhost", "0x7f.1", "[::ffff:127.0.0.1]"}) {
    asked.clear();
    const auto answer = Fetch(transport, Request("http://" + host + ":" + port + "/"));
    ASSERT_FALSE(answer) << host;
    EXPECT_EQ(answer.error().code, ErrorCode::kForbidden) << answer.error().message;
    ASSERT_FALSE(asked.empty());
    EXPECT_TRUE(IsLoopback(asked.front())) << host;
  }
  EXPECT_EQ(server.connections(), 0);
  allowed = true;
  EXPECT_TRUE(Fetch(transport, Request(server.url("/"))));
}

TEST(CurlTransportGuard, UsesNoProxyThatWouldChooseTheAddress) {
  ScriptedServer proxy(AnswerAll);
  const ProxyVariable variable("http_proxy", proxy.url());
  CurlTransport::Options options;
  options.may_connect = [](const IpAddress&) { return true; };
  CurlTransport transport(options);
  HttpRequest request = Request("http://upstream.invalid/");
  EXPECT_FALSE(Fetch(transport, request));
  request.proxy = proxy.url();
  EXPECT_FALSE(Fetch(transport, request));
  EXPECT_EQ(proxy.connections(), 0);
}

// --- TLS -----------------------------------------------------------------------------------------

/// A scripted server with TLS, and the options to reach it.
struct TlsServer {
  explicit TlsServer(ScriptedServer::Script script)
      : server([this, script = std::move(script)](Visitor& visitor) {
          if (visitor.SpeakTls(certificate)) script(visitor);
        }) {}
  HttpRequest Ask() const {
    HttpRequest request = Request("https://127.0.0.1:" + std::to_string(server.port()) + "/");
    request.certificate = certificate.certificate;
    return request;
  }
  const test::Certificate certificate = test::MakeCertificate();
  ScriptedServer server;
};

// In the same record, which TLS may have read already, or in the next, which is still in the
// socket.
TEST(CurlTransportTls, TakesNothingThatCameBehindAnAnswerForTheNext) {
  for (const bool apart : {false, true}) {
    TlsServer upstream([apart](Visitor& visitor) {
      while (visitor.ReadRequest()) {
        if (apart) visitor.Send(HttpAnswer("asked for"));
        visitor.Send((apart ? "" : HttpAnswer("asked for")) + HttpAnswer("not asked for"));
      }
    });
    CurlTransport transport;
    for (int i = 0; i < 3; ++i) {
      EXPECT_EQ(Got(transport, upstream.Ask()), "asked for") << apart;
      std::this_thread::sleep_for(milliseconds(20));
    }
    EXPECT_EQ(upstream.server.connections(), 3) << apart;
  }
}

TEST(CurlTransportTls, TrustsNoConnectionThatAnotherCertificateProved) {
  TlsServer upstream([](Visitor& visitor) { AnswerAll(visitor); });
  CurlTransport transport;
  HttpRequest request = upstream.Ask();
  EXPECT_EQ(Got(transport, request), "{\"ok\":true}");
  const std::string other = test::MakeCertificate().certificate;
  request.certificate = other;
  EXPECT_THAT(Got(transport, request), HasSubstr("the certificate is not trusted"));
}

// Everything at once in full records, then silence: no thread may wait for bytes that TLS has
// buffered.
TEST(CurlTransportTls, LeavesNothingBehindInTls) {
  constexpr std::size_t kSize = 3'000'000;
  TlsServer upstream([](Visitor& visitor) {
    visitor.ReadRequest();
    visitor.Send("HTTP/1.1 200 OK\r\n\r\n" + std::string(kSize, 'x'));
    visitor.AwaitClose(kLong);
  });
  CurlTransport transport;
  for (const bool carried : {false, true}) {
    auto download = transport.Send(upstream.Ask(), NeverCancelled());
    ASSERT_TRUE(download) << download.error().message;
    std::string out;
    const TimePoint until = In(Duration(3'000));
    while (out.size() < kSize && SystemClock().Now() < until) {
      ASSERT_TRUE(carried ? ReadAsCarrier(**download, out, until)
                          : (*download)->Read(out, until, NeverCancelled()));
    }
    EXPECT_EQ(out.size(), kSize) << carried;
  }
}

TEST(CurlTransportTls, KeepsAConnectionOnWhichTlsHasSomethingToSay) {
  TlsServer upstream([](Visitor& visitor) {
    while (visitor.ReadRequest()) {
      visitor.Send(HttpAnswer("{}"));
      visitor.tls().SendTicket();
    }
  });
  CurlTransport transport;
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(Got(transport, upstream.Ask()), "{}");
    std::this_thread::sleep_for(milliseconds(20));
  }
  EXPECT_EQ(upstream.server.connections(), 1);
}

/// Sends faster than it can be read, without any content: chunks with long extensions, of a
/// compressed body with only empty blocks.
void SayNothingAtLength(Visitor& visitor) {
  visitor.ReadRequest();
  const std::string begin("\x1f\x8b\x08\0\0\0\0\0\0\x03", 10);
  const std::string empty_block("\0\0\0\xff\xff", 5);
  const std::string chunk = "5;" + std::string(900, 'x') + "\r\n" + empty_block + "\r\n";
  std::string many;
  for (int i = 0; i < 1'000; ++i) many += chunk;
  visitor.Send("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n" +
               Chunk(begin));
  const TimePoint end = In(Duration(5'000));
  while (SystemClock().Now() < end && visitor.Send(many)) {
  }
}

TEST(CurlTransportTls, EndsInTimeWhereVeryMuchSaysNothing) {
  TlsServer upstream(&SayNothingAtLength);
  CurlTransport transport;
  HttpRequest request = upstream.Ask();
  request.deadline = In(Duration(300));
  const Duration took = Took([&] {
    const auto answer = Fetch(transport, request);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::kTimeout);
  });
  EXPECT_LT(took, Duration(1'500));
  Whistle whistle;
  const Duration late = AfterTheWhistle(whistle, [&] {
    const auto answer = Fetch(transport, upstream.Ask(), whistle);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::kCancelled);
  });
  EXPECT_LT(late, Duration(1'000));
}

TEST(CurlTransport, ServesManyThreadsAtOnce) {
  ScriptedServer server(AnswerAll);
  CurlTransport transport;
  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 16; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) {
        const auto answer = Fetch(transport, Request(server.url("/")));
        if (answer && *answer == "{\"ok\":true}") ++good;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, 800);
  EXPECT_LE(server.connections(), 16);
}

}  // namespace
}  // namespace agm::upstream
