#include "core/http/wire/request_head.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace agm::http {
namespace {

struct ReadResult {
  Head head;
  std::optional<Fault> fault;
};

ReadResult Read(std::string_view bytes) {
  ReadResult result;
  result.fault = ReadHead(bytes, result.head);
  return result;
}

/// A valid request with one more header line.
ReadResult With(std::string_view line) {
  return Read("POST /v1/x HTTP/1.1\r\nHost: localhost\r\n" + std::string(line) + "\r\n\r\n");
}

int StatusOf(const ReadResult& result) { return result.fault ? result.fault->status : 200; }

TEST(Head, ReadsLineAndHeadersInOrder) {
  const auto [head, fault] = Read(
      "POST /v1/chat?key=a%20b HTTP/1.1\r\nHost: localhost:8045\r\nX-One:1\r\nx-two: \t 2 2 "
      "\t\r\n\r\n");
  ASSERT_FALSE(fault);
  EXPECT_EQ(head.method, "POST");
  EXPECT_EQ(head.path, "/v1/chat");
  EXPECT_EQ(head.query, "key=a%20b");
  const std::vector<Header> expected = {
      {"Host", "localhost:8045"}, {"X-One", "1"}, {"x-two", "2 2"}};
  EXPECT_EQ(head.headers, expected);
  EXPECT_EQ(head.framing, BodyFraming::kNone);
}

TEST(Head, DecodesThePathOnceAndKeepsItAsSent) {
  const auto [head, fault] = Read("GET /a%2520b/%C3%A9?q=%41#part HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_FALSE(fault);
  EXPECT_EQ(head.path, "/a%20b/\xc3\xa9");
  EXPECT_EQ(head.raw_path, "/a%2520b/%C3%A9");
  EXPECT_EQ(head.query, "q=%41");
}

TEST(Head, TakesAMethodOf32Letters) {
  const std::string rest = " / HTTP/1.1\r\nHost: localhost\r\n\r\n";
  EXPECT_EQ(StatusOf(Read(std::string(32, 'M') + rest)), 200);
  EXPECT_EQ(StatusOf(Read(std::string(33, 'M') + rest)), 400);
}

TEST(Head, RefusesWhatIsNoRequestLine) {
  for (const std::string_view line :
       {"GET /", "GET", "", "GET  / HTTP/1.1", "GET / HTTP/1.1 ", " GET / HTTP/1.1",
        "G(T / HTTP/1.1", "GET / HTTP/1.1 x", "GET /a b HTTP/1.1", "GET / http/1.1",
        "GET / HTTP/1.1\r", "GET x HTTP/1.1", "GET /\x01 HTTP/1.1", "GET /%00 HTTP/1.1",
        "GET /%0d%0aX HTTP/1.1", "GET * HTTP/1.1", "GET ftp://localhost/ HTTP/1.1",
        "GET http:///x HTTP/1.1", "GET http://a@b/ HTTP/1.1"}) {
    EXPECT_EQ(StatusOf(Read(std::string(line) + "\r\nHost: localhost\r\n\r\n")), 400) << line;
  }
}

TEST(Head, SpeaksHttp11And10Only) {
  EXPECT_EQ(StatusOf(Read("GET / HTTP/1.0\r\n\r\n")), 200);
  EXPECT_EQ(StatusOf(Read("GET / HTTP/2.0\r\nHost: x\r\n\r\n")), 505);
  EXPECT_EQ(StatusOf(Read("PRI * HTTP/2.0\r\n\r\n")), 505);
  EXPECT_EQ(StatusOf(Read("GET / HTTP/1.2\r\nHost: x\r\n\r\n")), 505);
  EXPECT_EQ(StatusOf(Read("GET / HTTP/1.10\r\nHost: x\r\n\r\n")), 505);
}

TEST(Head, LetsUnknownMethodsThrough) {
  EXPECT_EQ(Read("BREW /pot HTTP/1.1\r\nHost: x\r\n\r\n").head.method, "BREW");
  EXPECT_EQ(Read("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n").head.path, "/");
}

TEST(Head, SaysThatItIsNoForwardProxy) {
  const auto [head, fault] = Read("CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n");
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->error.code, ErrorCode::kMethodNotAllowed);
}

TEST(Head, TakesAnAbsoluteUrlThatNamesItsHost) {
  const auto [head, fault] =
      Read("GET http://LOCALHOST:80/v1/models?a=b HTTP/1.1\r\nHost: localhost:80\r\n\r\n");
  ASSERT_FALSE(fault) << fault->error.message;
  EXPECT_EQ(head.path, "/v1/models");
  EXPECT_EQ(head.raw_path, "/v1/models");
  EXPECT_EQ(head.query, "a=b");
  EXPECT_EQ(Read("GET http://x HTTP/1.1\r\nHost: x\r\n\r\n").head.path, "/");
  EXPECT_EQ(Read("GET http://x?y HTTP/1.1\r\nHost: x\r\n\r\n").head.query, "y");
}

TEST(Head, RefusesAnAbsoluteUrlThatNamesAnotherHost) {
  EXPECT_EQ(StatusOf(Read("GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\n\r\n")), 400);
}

TEST(Head, GivesAnOldRequestTheHostOfItsUrl) {
  const auto [head, fault] = Read("GET http://evil.example/ HTTP/1.0\r\n\r\n");
  ASSERT_FALSE(fault);
  EXPECT_EQ(FindHeader(head.headers, "host"), "evil.example");
}

TEST(Head, WantsHostExactlyOnce) {
  EXPECT_EQ(StatusOf(Read("GET / HTTP/1.1\r\n\r\n")), 400);
  EXPECT_EQ(StatusOf(Read("GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n")), 400);
  EXPECT_EQ(StatusOf(Read("GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n")), 400);
  for (const std::string_view host : {"a b", "a/b", "a@b", "a,b", "a\"b", "\xc3\xa9"}) {
    EXPECT_EQ(StatusOf(Read("GET / HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n")), 400)
        << host;
  }
  EXPECT_EQ(StatusOf(Read("GET / HTTP/1.1\r\nHost: [fe80::1%25eth0]:8045\r\n\r\n")), 200);
}

TEST(Head, RefusesMalformedHeaderLines) {
  for (const std::string_view line :
       {"NoColon", ": value", "Name : value", " Folded: x", "\tFolded: x", "A: b\r\n c", "Na me: x",
        "A: b\rc", "A: \x01", "A: \x7f", "N\xc3\xa9: x"}) {
    EXPECT_EQ(StatusOf(With(line)), 400) << line;
  }
  EXPECT_EQ(StatusOf(With(std::string_view("A: b\0c", 6))), 400);
}

TEST(Head, LetsOtherLanguagesIntoHeaderValues) {
  EXPECT_EQ(FindHeader(With("X-Name: caf\xc3\xa9").head.headers, "X-NAME"), "caf\xc3\xa9");
}

TEST(Head, ReadsTheLength) {
  const auto [head, fault] = With("Content-Length: 0012");
  ASSERT_FALSE(fault);
  EXPECT_EQ(head.framing, BodyFraming::kLength);
  EXPECT_EQ(head.content_length, 12U);
  EXPECT_EQ(With("Content-Length: 0").head.framing, BodyFraming::kNone);
  EXPECT_EQ(With("Content-Length: 99999999999999999999999").head.content_length, UINT64_MAX);
}

TEST(Head, RefusesLengthsThatAreNoPlainNumber) {
  for (const std::string_view value : {"", "-1", "+1", "1 2", "1,1", "0x10", "1.0", "1e3", "ten"}) {
    EXPECT_EQ(StatusOf(With("Content-Length: " + std::string(value))), 400) << value;
  }
}

TEST(Head, RefusesFramingThatTwoReadersCouldReadDifferently) {
  EXPECT_EQ(StatusOf(With("Content-Length: 1\r\nContent-Length: 1")), 400);
  EXPECT_EQ(StatusOf(With("Content-Length: 1\r\nContent-Length: 2")), 400);
  EXPECT_EQ(StatusOf(With("Content-Length: 1\r\nTransfer-Encoding: chunked")), 400);
  EXPECT_EQ(StatusOf(With("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked")), 400);
  EXPECT_EQ(StatusOf(With("Transfer-Encoding: gzip, chunked")), 501);
  EXPECT_EQ(StatusOf(With("Transfer-Encoding: chunked, identity")), 501);
  EXPECT_EQ(StatusOf(With("Transfer-Encoding: xchunked")), 501);
  EXPECT_EQ(StatusOf(With("Transfer-Encoding:")), 501);
  EXPECT_EQ(StatusOf(Read("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n")), 400);
}

TEST(Head, ReadsChunked) {
  EXPECT_EQ(With("Transfer-Encoding: Chunked").head.framing, BodyFraming::kChunked);
}

TEST(Head, KnowsTheCodingsOfBodies) {
  EXPECT_EQ(With("Content-Encoding: GZIP").head.coding, BodyCoding::kGzip);
  EXPECT_EQ(With("Content-Encoding: deflate").head.coding, BodyCoding::kDeflate);
  EXPECT_EQ(With("Content-Encoding: identity").head.coding, BodyCoding::kIdentity);
  for (const std::string_view coding : {"br", "zstd", "gzip, gzip"}) {
    const auto result = With("Content-Encoding: " + std::string(coding));
    ASSERT_TRUE(result.fault) << coding;
    EXPECT_EQ(result.fault->error.code, ErrorCode::kUnsupportedMedia);
  }
}

TEST(Head, KnowsOneExpectation) {
  EXPECT_TRUE(With("Expect: 100-Continue").head.expects_continue);
  EXPECT_EQ(StatusOf(With("Expect: a-miracle")), 417);
  EXPECT_FALSE(Read("POST / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n").head.expects_continue);
}

TEST(Head, KnowsWhetherTheConnectionStays) {
  EXPECT_TRUE(With("X: y").head.keep_alive);
  EXPECT_FALSE(With("Connection: close").head.keep_alive);
  EXPECT_FALSE(With("Connection: upgrade , CLOSE").head.keep_alive);
  EXPECT_FALSE(With("Connection: keep-alive\r\nConnection: close").head.keep_alive);
  EXPECT_FALSE(Read("GET / HTTP/1.0\r\n\r\n").head.keep_alive);
  EXPECT_TRUE(Read("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n").head.keep_alive);
}

TEST(Head, BoundsHeadersAndUrl) {
  std::string many = "GET / HTTP/1.1\r\nHost: x\r\n";
  for (std::size_t i = 1; i < kMaxHeaderCount; ++i) many += "A: b\r\n";
  EXPECT_EQ(StatusOf(Read(many + "\r\n")), 200);
  EXPECT_EQ(StatusOf(Read(many + "A: b\r\n\r\n")), 431);
  const std::string longest(kMaxTargetSize - 1, 'a');
  EXPECT_EQ(StatusOf(Read("GET /" + longest + " HTTP/1.1\r\nHost: x\r\n\r\n")), 200);
  EXPECT_EQ(StatusOf(Read("GET /a" + longest + " HTTP/1.1\r\nHost: x\r\n\r\n")), 414);
}

TEST(Head, KeepsThePathOfARefusedRequest) {
  EXPECT_EQ(With("Content-Length: -1").head.path, "/v1/x");
}

}  // namespace
}  // namespace agm::http
