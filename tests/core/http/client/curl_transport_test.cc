// Sending requests and reading whole answers.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <iterator>
#include <string>
#include <thread>

#include "core/base/guarded.h"
#include "core/base/version.h"
#include "tests/core/http/client/curl_client.h"
#include "tests/support/packed.h"

namespace agm::http {
namespace {

using testing::HasSubstr;
using testing::Not;

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
  auto download = transport.Send(RequestTo(server.url("/v1beta/models/m:generateContent?x=1")),
                                 NeverCancelled());
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
  OutgoingRequest request = RequestTo(server.url("/"));
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
  OutgoingRequest request = RequestTo(server.url("/"));
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
  auto download = transport.Send(RequestTo(server.url("/")), NeverCancelled());
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
  const auto answer = Fetch(transport, RequestTo(server.url("/")));
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
  OutgoingRequest request = RequestTo(server.url("/"));
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
  auto download = transport.Send(RequestTo(server.url("/")), NeverCancelled());
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
  OutgoingRequest request = RequestTo(server.url("/"));
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
  OutgoingRequest request = RequestTo(server.url("/models"));
  request.method = "GET";
  request.body = {};
  ASSERT_TRUE(Fetch(transport, request));
  EXPECT_THAT(head.Copy(), testing::StartsWith("GET /models HTTP/1.1\r\n"));
}

}  // namespace
}  // namespace agm::http
