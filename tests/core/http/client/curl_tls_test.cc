// Connections with TLS.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>

#include "tests/core/http/client/curl_client.h"
#include "tests/support/tls.h"

namespace agm::http {
namespace {

using testing::HasSubstr;

/// A scripted server with TLS, and the options to reach it.
struct TlsServer {
  explicit TlsServer(ScriptedServer::Script script)
      : server([this, script = std::move(script)](Visitor& visitor) {
          if (visitor.SpeakTls(certificate)) script(visitor);
        }) {}
  OutgoingRequest Ask() const {
    OutgoingRequest request = RequestTo("https://127.0.0.1:" + std::to_string(server.port()) + "/");
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
  OutgoingRequest request = upstream.Ask();
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
  OutgoingRequest request = upstream.Ask();
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

}  // namespace
}  // namespace agm::http
