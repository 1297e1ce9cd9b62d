#include "core/mock/http_message.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace agm::mock {
namespace {

using State = RequestReader::State;
using Pairs = std::vector<std::pair<std::string, std::string>>;

// What a reader makes of `text`, given at once and byte by byte.
struct Told {
  State state = State::kMore;
  Request request;
};
Told ReadAtOnce(std::string text, std::size_t max_body) {
  RequestReader reader(max_body);
  Told told{reader.Read(text), {}};
  if (told.state == State::kReady) told.request = reader.Take();
  return told;
}
Told ReadByteByByte(const std::string& text, std::size_t max_body) {
  RequestReader reader(max_body);
  std::string buffer;
  Told told;
  for (const char c : text) {
    buffer += c;
    told.state = reader.Read(buffer);
    if (told.state == State::kContinue) told.state = State::kMore;
    if (told.state != State::kMore) break;
  }
  if (told.state == State::kReady) told.request = reader.Take();
  return told;
}

std::string Chunked(const std::string& body) {
  return "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + body;
}
std::string Sized(const std::string& length, const std::string& body = "") {
  return "POST / HTTP/1.1\r\nContent-Length: " + length + "\r\n\r\n" + body;
}

TEST(MockRequests, AreReadFromTheirHead) {
  const auto told = ReadAtOnce(
      "\r\nPOST /v1beta/models/a%2Fb:generateContent?alt=sse&key=a%20b HTTP/1.1\r\nHost: mock\r\n"
      "X-Goog-API-Key: \t k \r\nempty:\r\n\r\n",
      10);
  ASSERT_EQ(told.state, State::kReady);
  const Request& request = told.request;
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.path, "/v1beta/models/a/b:generateContent");
  EXPECT_EQ(request.query, "alt=sse&key=a%20b");
  EXPECT_EQ(request.headers, (Pairs{{"host", "mock"}, {"x-goog-api-key", "k"}, {"empty", ""}}));
  EXPECT_EQ(request.header("x-goog-api-key"), "k");
  EXPECT_EQ(request.header("none"), "");
  EXPECT_EQ(request.body, "");
}

TEST(MockRequests, HaveABodyWithALengthOrInChunks) {
  struct Case {
    std::string text;
    std::string body;
  };
  for (const Case& c : std::vector<Case>{
           {Sized("0"), ""},
           {Sized("10", "0123456789"), "0123456789"},
           {Chunked("0\r\n\r\n"), ""},
           {Chunked("3\r\nabc\r\n2;name=value\r\nde\r\n0\r\n\r\n"), "abcde"},
           {Chunked(" A \r\n0123456789\r\n0\r\nTrailer: x\r\nmore: y\r\n\r\n"), "0123456789"}}) {
    for (const Told& told : {ReadAtOnce(c.text, 10), ReadByteByByte(c.text, 10)}) {
      ASSERT_EQ(told.state, State::kReady) << c.text;
      EXPECT_EQ(told.request.body, c.body) << c.text;
    }
  }
}

TEST(MockRequests, AreRefusedWhereTheirBodyIsTooLarge) {
  for (const std::string& text :
       {Sized("11"), Sized("18446744073709551615"), Chunked("b\r\n"),
        Chunked("6\r\nabcdef\r\n5\r\n"), Chunked("ffffffffffffffff\r\n")}) {
    EXPECT_EQ(ReadAtOnce(text, 10).state, State::kTooLarge) << text;
    EXPECT_EQ(ReadByteByByte(text, 10).state, State::kTooLarge) << text;
  }
}

TEST(MockRequests, AreRefusedWhereTheyAreNotHttp) {
  for (const std::string& text :
       {std::string("GET\r\n\r\n"), std::string("GET / \r\n\r\n"),
        std::string("GET HTTP/1.1\r\n\r\n"), std::string("GET / HTTP/2\r\n\r\n"),
        std::string("GET / HTTP/1.1\r\nno colon\r\n\r\n"),
        std::string("GET / HTTP/1.1\r\n: x\r\n\r\n"), Sized("-1"), Sized("1x"),
        Sized("18446744073709551616"), Chunked("x\r\n"), Chunked("\r\n"), Chunked("1\r\nabc"),
        Chunked(std::string(1025, '0')), std::string(64 * 1024 + 1, 'a'),
        "GET / HTTP/1.1\r\na: " + std::string(64 * 1024, 'b') + "\r\n\r\n"}) {
    EXPECT_EQ(ReadAtOnce(text, 10).state, State::kBad) << text.substr(0, 80);
  }
}

TEST(MockRequests, WaitForTheirMissingBytes) {
  for (const std::string& text :
       {std::string(), std::string("GET / HTTP/1.1\r\n"), Sized("3", "ab"), Chunked(""),
        Chunked("3\r\nabc"), Chunked("3\r\nabc\r"), Chunked("0\r\n"), Chunked("0\r\na: b\r\n"),
        Chunked(std::string(1024, '0')), std::string(64 * 1024, 'a')}) {
    EXPECT_EQ(ReadAtOnce(text, 10).state, State::kMore) << text.substr(0, 80);
  }
}

TEST(MockRequests, FollowEachOtherOnOneConnection) {
  RequestReader reader;
  std::string buffer = Sized("3", "one") + Chunked("3\r\ntwo\r\n0\r\n\r\n") + Sized("5", "th");
  ASSERT_EQ(reader.Read(buffer), State::kReady);
  EXPECT_EQ(reader.Take().body, "one");
  ASSERT_EQ(reader.Read(buffer), State::kReady);
  EXPECT_EQ(reader.Take().body, "two");
  EXPECT_EQ(reader.Read(buffer), State::kMore);
  buffer += "ree";
  ASSERT_EQ(reader.Read(buffer), State::kReady);
  EXPECT_EQ(reader.Take().body, "three");
  EXPECT_EQ(buffer, "");
}

TEST(MockRequests, AskForTheirBodyOnce) {
  RequestReader reader;
  std::string buffer = "POST / HTTP/1.1\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\n";
  EXPECT_EQ(reader.Read(buffer), State::kContinue);
  EXPECT_EQ(reader.Read(buffer), State::kMore);
  buffer = "ab";
  EXPECT_EQ(reader.Read(buffer), State::kReady);
  // The body came with the head: nobody waits.
  buffer = "POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nab";
  reader.Take();
  EXPECT_EQ(reader.Read(buffer), State::kReady);
}

TEST(MockRequests, KeepTheConnectionAsTheirVersionSays) {
  const auto keeps = [](const std::string& version, const std::string& connection) {
    return ReadAtOnce("GET / " + version + "\r\nConnection: " + connection + "\r\n\r\n", 0)
        .request.keep_alive;
  };
  EXPECT_TRUE(keeps("HTTP/1.1", "keep-alive"));
  EXPECT_TRUE(keeps("HTTP/1.1", ""));
  EXPECT_FALSE(keeps("HTTP/1.1", "Close"));
  EXPECT_TRUE(keeps("HTTP/1.0", "Keep-Alive"));
  EXPECT_FALSE(keeps("HTTP/1.0", ""));
}

TEST(MockQuery, IsDecodedPairByPair) {
  EXPECT_EQ(ReadQuery("a=1&b=x+y%26z&&c&d=&=e&f=1=2"),
            (Pairs{{"a", "1"}, {"b", "x y&z"}, {"c", ""}, {"d", ""}, {"", "e"}, {"f", "1=2"}}));
  EXPECT_EQ(ReadQuery(""), Pairs());
  EXPECT_EQ(ReadQuery("&"), Pairs());
}

TEST(MockReply, HasItsLengthOrIsChunked) {
  Reply reply;
  reply.status = 429;
  reply.text = "12345";
  reply.headers = {{"retry-after", "7"}};
  EXPECT_EQ(WriteHead(reply, true),
            "HTTP/1.1 429 Too Many Requests\r\nContent-Type: application/json; charset=UTF-8\r\n"
            "retry-after: 7\r\nContent-Length: 5\r\n\r\n");
  EXPECT_TRUE(WriteHead(reply, false).ends_with("Connection: close\r\n\r\n"));
  struct Nothing : Body {
    std::optional<Piece> Next() override { return std::nullopt; }
  };
  reply.stream = std::make_unique<Nothing>();
  EXPECT_TRUE(WriteHead(reply, true).ends_with("Transfer-Encoding: chunked\r\n\r\n"));
}

}  // namespace
}  // namespace agm::mock
