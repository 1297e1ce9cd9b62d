// A streamed body as its connection sees it, without a socket.

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "core/http/server/streamed_body.h"
#include "tests/core/http/server/scripted_wire.h"

namespace agm::http {
namespace {

using State = BodyReader::State;

class BodyArrival : public testing::Test {
 protected:
  /// Lets the head of a request arrive whose body is streamed.
  void Begin(const std::string& framing) {
    script_.Arrives("POST /file HTTP/1.1\r\nHost: a\r\n" + framing + "\r\n");
    ASSERT_EQ(connection_.Receive(1000), Connection::Arrival::kHead);
    ASSERT_TRUE(connection_.reader().streamed());
  }
  /// What one call of Read appends.
  std::string Read(StreamedBody& body, State expected, TimePoint until = TimePoint{}) {
    std::string out = "out:";
    EXPECT_EQ(body.Read(out, until), expected);
    return out.substr(4);
  }
  void ExpectFailure(StreamedBody& body, ErrorCode code, const std::string& message) {
    EXPECT_EQ(Read(body, State::kFailed, TimePoint::max()), "");
    ASSERT_TRUE(body.failure());
    EXPECT_EQ(body.failure()->code, code);
    EXPECT_NE(body.failure()->message.find(message), std::string::npos) << body.failure()->message;
    EXPECT_EQ(Read(body, State::kFailed, TimePoint::max()), "") << "it stays so";
  }

  Script script_;
  Budgets budgets_;
  StreamsBody streams_ = [](const Head& head) { return head.path == "/file"; };
  Connection connection_{std::make_unique<ScriptedWire>(script_, true), "client", budgets_,
                         &streams_};
};

TEST_F(BodyArrival, GivesEachPartAsItArrives) {
  Begin("Content-Length: 6\r\n");
  StreamedBody body(connection_, Duration(10'000));
  EXPECT_EQ(body.size(), 6U);
  EXPECT_FALSE(body.begun());
  EXPECT_EQ(Read(body, State::kMore), "");
  EXPECT_TRUE(body.begun());
  script_.Arrives("abc");
  EXPECT_EQ(Read(body, State::kMore, TimePoint::max()), "abc");
  EXPECT_EQ(Read(body, State::kMore), "");
  script_.Arrives("def");
  EXPECT_EQ(Read(body, State::kWhole, TimePoint::max()), "def");
  EXPECT_EQ(script_.sent, "");
  EXPECT_FALSE(body.failure());
}

TEST_F(BodyArrival, ContinuesAClientThatWaitsOnceAndOnlyWhenTheBodyIsWanted) {
  Begin("Content-Length: 3\r\nExpect: 100-continue\r\n");
  StreamedBody body(connection_, Duration(10'000));
  EXPECT_EQ(script_.sent, "");
  EXPECT_EQ(Read(body, State::kMore), "");
  EXPECT_EQ(script_.sent, "HTTP/1.1 100 Continue\r\n\r\n");
  script_.Arrives("abc");
  EXPECT_EQ(Read(body, State::kWhole, TimePoint::max()), "abc");
  EXPECT_EQ(script_.sent, "HTTP/1.1 100 Continue\r\n\r\n");
}

TEST_F(BodyArrival, HasNoSizeWhereItComesInChunks) {
  Begin("Transfer-Encoding: chunked\r\n");
  StreamedBody body(connection_, Duration(10'000));
  EXPECT_EQ(body.size(), std::nullopt);
  script_.Arrives("3\r\nabc\r\n0\r\n\r\n");
  EXPECT_EQ(Read(body, State::kWhole, TimePoint::max()), "abc");
}

TEST_F(BodyArrival, FailsAtABrokenChunk) {
  Begin("Transfer-Encoding: chunked\r\n");
  StreamedBody body(connection_, Duration(10'000));
  script_.Arrives("3\r\nabc\r\n");
  EXPECT_EQ(Read(body, State::kMore, TimePoint::max()), "abc");
  script_.Arrives("zz\r\n");
  ExpectFailure(body, ErrorCode::kInvalidRequest, "chunks are not well formed");
}

TEST_F(BodyArrival, FailsWhenTheClientGoes) {
  Begin("Content-Length: 6\r\n");
  StreamedBody body(connection_, Duration(10'000));
  script_.Arrives("abc");
  EXPECT_EQ(Read(body, State::kMore, TimePoint::max()), "abc");
  script_.Ends(Wire::Outcome::kEnd);
  ExpectFailure(body, ErrorCode::kCancelled, "the client went away");
}

TEST_F(BodyArrival, FailsWhenTheClientGoesBeforeItIsToldToContinue) {
  Begin("Content-Length: 6\r\nExpect: 100-continue\r\n");
  StreamedBody body(connection_, Duration(10'000));
  script_.broken = true;
  ExpectFailure(body, ErrorCode::kCancelled, "the client went away");
}

TEST_F(BodyArrival, FailsWhereAllBodiesTogetherHoldTooMuch) {
  Begin("Content-Length: 300000\r\n");
  StreamedBody body(connection_, Duration(10'000));
  budgets_.bodies.SetLimit(1);
  script_.Arrives(std::string(60'000, 'a'));
  ExpectFailure(body, ErrorCode::kOverloaded, "too many large requests at once; try again");
}

TEST_F(BodyArrival, FailsWhenNothingArrivesForTheLongestPause) {
  Begin("Content-Length: 6\r\n");
  StreamedBody body(connection_, Duration(0));
  ExpectFailure(body, ErrorCode::kTimeout, "the request took too long to arrive");
}

}  // namespace
}  // namespace agm::http
