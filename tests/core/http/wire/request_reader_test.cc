#include "core/http/wire/request_reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace agm::http {
namespace {

using State = RequestReader::State;
constexpr std::uint64_t kMaxBody = 1000;
constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

/// The result of `bytes` that arrive in pieces of a given size.
struct Outcome {
  std::vector<std::string> requests;  ///< "METHOD path body"
  State state = State::kIdle;
  int status = 0;
  bool operator==(const Outcome&) const = default;
};

Outcome Feed(std::string_view bytes, std::size_t piece) {
  RequestReader reader;
  Outcome outcome;
  while (!bytes.empty() && reader.state() != State::kRefused) {
    const std::span<char> room = reader.Room();
    const std::size_t size = std::min({piece, room.size(), bytes.size()});
    std::copy_n(bytes.begin(), size, room.begin());
    bytes.remove_prefix(size);
    State state = reader.Filled(size, kMaxBody);
    while (state == State::kWhole) {
      outcome.requests.push_back(reader.head().method + " " + reader.head().path + " " +
                                 reader.body());
      state = reader.Next(kMaxBody);
    }
  }
  outcome.state = reader.state();
  if (outcome.state == State::kRefused) outcome.status = reader.fault().status;
  return outcome;
}

/// The result, which must be the same for every way to split the bytes.
Outcome Feed(std::string_view bytes) {
  const Outcome whole = Feed(bytes, bytes.size());
  for (const std::size_t piece : {1U, 2U, 3U, 5U, 7U, 64U})
    EXPECT_EQ(Feed(bytes, piece), whole) << piece;
  return whole;
}

std::string Post(std::string_view headers, std::string_view body) {
  return "POST /x HTTP/1.1\r\nHost: x\r\n" + std::string(headers) + "\r\n\r\n" + std::string(body);
}

TEST(RequestReader, HasNoBodyWhereNoneIsFramed) {
  const Outcome outcome = Feed("POST /a HTTP/1.1\r\nHost: x\r\n\r\n" + std::string(kGet));
  EXPECT_EQ(outcome.requests, (std::vector<std::string>{"POST /a ", "GET / "}));
  EXPECT_EQ(outcome.state, State::kIdle);
}

TEST(RequestReader, ReadsBodiesByLength) {
  EXPECT_EQ(Feed(Post("Content-Length: 5", "hello")).requests,
            std::vector<std::string>{"POST /x hello"});
}

TEST(RequestReader, ReadsLargeBodiesInManyPieces) {
  const std::string body(500'000, 'b');
  RequestReader reader;
  std::string bytes = Post("Content-Length: 500000", body);
  std::string_view rest = bytes;
  while (!rest.empty()) {
    const std::span<char> room = reader.Room();
    const std::size_t size = std::min(room.size(), rest.size());
    std::copy_n(rest.begin(), size, room.begin());
    rest.remove_prefix(size);
    reader.Filled(size, 1'000'000);
  }
  EXPECT_EQ(reader.state(), State::kWhole);
  EXPECT_EQ(reader.body(), body);
}

TEST(RequestReader, ReadsChunkedBodies) {
  EXPECT_EQ(Feed(Post("Transfer-Encoding: chunked",
                      "3\r\nabc\r\n0a;ext=\"1\"\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n") +
                 std::string(kGet))
                .requests,
            (std::vector<std::string>{"POST /x abc0123456789", "GET / "}));
}

TEST(RequestReader, ReadsPipelinedRequestsOneByOne) {
  const std::string three =
      Post("Content-Length: 2", "ab") + std::string(kGet) + Post("Content-Length: 0", "");
  EXPECT_EQ(Feed(three).requests, (std::vector<std::string>{"POST /x ab", "GET / ", "POST /x "}));
}

TEST(RequestReader, ForgivesEmptyLinesBetweenRequests) {
  EXPECT_EQ(Feed("\r\n\r\n" + std::string(kGet) + "\r\n" + std::string(kGet)).requests.size(), 2U);
  EXPECT_EQ(Feed("\r\n\r\n").state, State::kIdle);
}

TEST(RequestReader, RefusesChunksThatAreNotWellFormed) {
  for (const std::string_view body :
       {"-1\r\n", "+1\r\n", " 1\r\n", "1 \r\n", "0x1\r\n", "g\r\n", "\r\n", ";x\r\n", "1\na",
        "1\r\nab", "1\r\na\n0\r\n\r\n", "1\r\naXX", "1;\x01\r\n", "1234567890123456\r\n", "1\rx",
        "0\r\n\x01\r\n"}) {
    const Outcome outcome = Feed(Post("Transfer-Encoding: chunked", body));
    EXPECT_EQ(outcome.state, State::kRefused) << body;
    EXPECT_EQ(outcome.status, 400) << body;
  }
}

TEST(RequestReader, BoundsTheFramingOfChunks) {
  EXPECT_EQ(Feed(Post("Transfer-Encoding: chunked", "1;" + std::string(2000, 'x'))).status, 400);
  std::string trailers = "0\r\n";
  for (int i = 0; i < 1000; ++i) trailers += "Some-Trailer: x\r\n";
  EXPECT_EQ(Feed(Post("Transfer-Encoding: chunked", trailers)).status, 400);
}

TEST(RequestReader, RefusesTooMuchBeforeItIsRead) {
  EXPECT_EQ(Feed(Post("Content-Length: 1000", std::string(1000, 'x'))).requests.size(), 1U);
  EXPECT_EQ(Feed(Post("Content-Length: 1001", "")).status, 413);
  EXPECT_EQ(Feed(Post("Content-Length: 99999999999999999999", "")).status, 413);
  EXPECT_EQ(Feed(Post("Transfer-Encoding: chunked", "3e9\r\n")).status, 413);
  EXPECT_EQ(Feed(Post("Transfer-Encoding: chunked", "1\r\na\r\n3e8\r\n")).status, 413);
  EXPECT_EQ(Feed(Post("Transfer-Encoding: chunked", "fffffffffffffff\r\n")).status, 413);
}

TEST(RequestReader, BelievesNoClaimedLengthWithMemory) {
  RequestReader reader;
  const std::string bytes = Post("Content-Length: 90000000", "x");
  std::copy(bytes.begin(), bytes.end(), reader.Room().begin());
  EXPECT_EQ(reader.Filled(bytes.size(), 100'000'000), State::kBody);
  EXPECT_LT(reader.held(), 200'000U);
}

TEST(RequestReader, RefusesABareLineFeed) {
  EXPECT_EQ(Feed("GET / HTTP/1.1\nHost: x\n\n").status, 400);
  EXPECT_EQ(Feed("GET / HTTP/1.1\r\nHost: x\n\r\n").status, 400);
  EXPECT_EQ(Feed("GET / HTTP/1.1\r\nHost: x\r\n\n").status, 400);
}

TEST(RequestReader, RefusesEndlessHeads) {
  EXPECT_EQ(Feed("GET / HTTP/1.1\r\nHost: x\r\nA: " + std::string(kMaxHeadSize, 'a')).status, 431);
  EXPECT_EQ(Feed("GET /" + std::string(kMaxHeadSize, 'a')).status, 431);
}

TEST(RequestReader, RefusesTlsAndOtherNoiseAtTheFirstByte) {
  EXPECT_EQ(Feed("\x16\x03\x01").state, State::kRefused);
  EXPECT_EQ(Feed(std::string_view("\0", 1)).state, State::kRefused);
  EXPECT_EQ(Feed("\n").state, State::kRefused);
  EXPECT_EQ(Feed(" GET").state, State::kRefused);
}

TEST(RequestReader, GivesItsMemoryBackBetweenRequests) {
  RequestReader reader;
  std::copy(kGet.begin(), kGet.end(), reader.Room().begin());
  EXPECT_EQ(reader.Filled(kGet.size(), kMaxBody), State::kWhole);
  EXPECT_EQ(reader.Next(kMaxBody), State::kIdle);
  reader.Shrink();
  EXPECT_LT(reader.held(), 64U);
}

TEST(RequestReader, HandsOutAStreamedBodyOfAnySizeInPieces) {
  const std::string body(3 * kMaxBody, 'x');
  std::string chunks;
  for (int i = 0; i < 3; ++i) chunks += "3e8\r\n" + body.substr(0, kMaxBody) + "\r\n";
  const std::string head = "POST /file HTTP/1.1\r\nHost: x\r\n";
  const StreamsBody streams = [](const Head& each) { return each.path == "/file"; };
  for (const std::string& request :
       {head + "Content-Length: 3000\r\n\r\n" + body,
        head + "Transfer-Encoding: chunked\r\n\r\n" + chunks + "0\r\n\r\n"}) {
    RequestReader reader(&streams);
    std::string taken;
    std::string_view rest = request;
    while (!rest.empty()) {
      const std::span<char> room = reader.Room();
      const std::size_t size = std::min({std::size_t{100}, room.size(), rest.size()});
      std::copy_n(rest.begin(), size, room.begin());
      rest.remove_prefix(size);
      ASSERT_NE(reader.Filled(size, kMaxBody), State::kRefused) << reader.fault().error.message;
      if (reader.streamed()) reader.TakeBody(taken);
      EXPECT_TRUE(reader.body().empty());
    }
    EXPECT_EQ(reader.state(), State::kWhole);
    EXPECT_EQ(taken, body);
    EXPECT_EQ(reader.Next(kMaxBody), State::kIdle);
    EXPECT_FALSE(reader.streamed());
  }
}

}  // namespace
}  // namespace agm::http
