// Faults of the network and of servers.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/core/http/client/curl_client.h"

namespace agm::http {
namespace {

using testing::HasSubstr;
using testing::Not;

int ClosedPort() {
  const ScriptedServer server([](Visitor&) {});
  return server.port();
}

TEST(CurlTransportFaults, ARefusedConnectionIsUnavailable) {
  CurlTransport transport;
  const std::string address = "127.0.0.1:" + std::to_string(ClosedPort());
  const auto answer = Fetch(transport, RequestTo("http://" + address + "/secret?key=AIzaCANARY"));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kUpstreamUnavailable);
  EXPECT_THAT(answer.error().message, HasSubstr(address));
  EXPECT_THAT(answer.error().message, Not(HasSubstr("secret")));
  EXPECT_THAT(answer.error().message, Not(HasSubstr("CANARY")));
}

TEST(CurlTransportFaults, ANameThatDoesNotExistIsUnavailable) {
  CurlTransport transport;
  OutgoingRequest request = RequestTo("http://no-such-host.invalid/");
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
    const auto answer = Fetch(transport, RequestTo(url));
    ASSERT_FALSE(answer) << url;
    EXPECT_EQ(answer.error().code, ErrorCode::kConfig) << url;
  }
}

TEST(CurlTransportFaults, AnAddressThatCannotBeUsedIsToldWithoutItsPath) {
  ScriptedServer server(AnswerAll);
  CurlTransport transport;
  EXPECT_EQ(Got(transport, RequestTo(server.url("/"))), "{\"ok\":true}");
  const auto answer = Fetch(transport, RequestTo(server.url("/a secret")));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kConfig);
  EXPECT_EQ(answer.error().message,
            "127.0.0.1:" + std::to_string(server.port()) + ": the address cannot be used");
  EXPECT_EQ(Got(transport, RequestTo(server.url("/b"))), "{\"ok\":true}");
  EXPECT_EQ(server.connections(), 1) << "the connection is as good as it was";
}

TEST(CurlTransportFaults, NoHeaderCanBreakOutOfItsLine) {
  CurlTransport transport;
  OutgoingRequest request = RequestTo("http://127.0.0.1:9/");
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
  OutgoingRequest request = RequestTo(server.url("/secret?key=AIzaCANARY"));
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
  OutgoingRequest request = RequestTo(server.url("/"));
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
  OutgoingRequest request = RequestTo(server.url("/"));
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
  OutgoingRequest request = RequestTo(server.url("/"));
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
  auto download = transport.Send(RequestTo(server.url("/")), NeverCancelled());
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
  auto download = transport.Send(RequestTo(server.url("/")), NeverCancelled());
  ASSERT_TRUE(download);
  EXPECT_EQ((*download)->status(), 200);
  EXPECT_EQ(GotAll(**download), "x");
  EXPECT_EQ((*download)->header("x-early"), "");
  EXPECT_EQ((*download)->header("x-late"), "");
}

}  // namespace
}  // namespace agm::http
