// Streams that end otherwise than planned: what the client reads and what is noted.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/core/gateway/gateway_fixture.h"
#include "tests/support/fake_transport.h"
#include "tests/support/temp_dir.h"

namespace agm::gateway {
namespace {

using test::FakeAnswer;
using test::SentRequest;

const std::string kText = R"({"candidates":[{"content":{"parts":[{"text":"one"}]}}]})";

class StreamFacts : public GatewayTest {
 protected:
  void SetUp() override {
    GatewayTest::SetUp();
    transport_ = &network_;
    config_.proxy.max_attempts = 1;
    Add("one", "key-one");
  }

  void Answers(FakeAnswer answer) {
    network_.AnswerBy([answer = std::move(answer)](const SentRequest&) { return answer; });
  }

  std::unique_ptr<http::Download> Open(bool stream = true) {
    http::OutgoingRequest request;
    request.url = "http://127.0.0.1:" + std::to_string(service_->port()) + "/v1/chat/completions";
    request.headers = {{"Content-Type", "application/json"}};
    const std::string body = ChatBody("hi", stream);
    request.body = body;
    auto download = client_.Send(request, NeverCancelled());
    EXPECT_TRUE(download);
    return *std::move(download);
  }

  test::TempDir folder_;
  test::FakeTransport network_;
};

TEST_F(StreamFacts, AStreamThatBreaksOffSaysWhy) {
  FakeAnswer answer = FakeAnswer::Sse({kText});
  answer.at_end = Fail(ErrorCode::kUpstreamUnavailable, "cut by the network");
  Answers(answer);
  Start();
  const Got got = Ask("POST", "/v1/chat/completions", ChatBody("hi", true));
  EXPECT_EQ(got.status, 200);
  EXPECT_NE(got.body.find("\"one\""), std::string::npos) << got.body;
  EXPECT_NE(got.body.find("cut by the network"), std::string::npos) << got.body;
  service_->FlushLog();
  Json row = Ask("GET", "/agm/requests/" + got.header("x-request-id")).json();
  EXPECT_EQ(row["status"], 200);
  EXPECT_EQ(row["error"], "upstream_unavailable") << row;
  EXPECT_NE(row["why"].get<std::string>().find("cut by the network"), std::string::npos) << row;
  EXPECT_EQ(row["ended_by"], "upstream");
  EXPECT_EQ(row["phase"], "stream");
  EXPECT_EQ(row["stream"], true);
  EXPECT_TRUE(row["first_byte_ms"].is_number()) << row;
}

TEST_F(StreamFacts, AStreamThatTheGatewayEndsSaysSo) {
  LogOptions options;
  options.access_log = folder_ / "access.log";
  log_ = *Log::Open(options);
  FakeAnswer answer = FakeAnswer::Sse({kText});
  answer.hangs = true;
  Answers(answer);
  Start();
  const auto download = Open();
  std::string body;
  while (body.find("\"one\"") == std::string::npos) {
    ASSERT_TRUE(download->Read(body, TimePoint::max(), NeverCancelled()));
  }
  service_->Stop(Duration(0));
  for (;;) {
    const auto state = download->Read(body, TimePoint::max(), NeverCancelled());
    if (!state || *state == http::ReadState::kEnd) break;
  }
  EXPECT_NE(body.find("the gateway is stopping; try again in 1s"), std::string::npos) << body;
  TearDown();
  log_.reset();
  const std::string log = folder_.Read("access.log");
  EXPECT_NE(log.find("error=overloaded why=\"the gateway is stopping"), std::string::npos) << log;
  EXPECT_NE(log.find("end=gateway phase=stream"), std::string::npos) << log;
}

TEST_F(StreamFacts, SilenceIsFilledWithComments) {
  config_.proxy.keepalive_interval = Duration(20);
  FakeAnswer answer = FakeAnswer::Sse({kText});
  answer.hangs = true;
  Answers(answer);
  Start();
  const auto download = Open();
  std::string body;
  for (int comments = 0; comments < 2;) {
    std::string piece;
    ASSERT_TRUE(download->Read(piece, TimePoint::max(), NeverCancelled()));
    body += piece;
    comments = 0;
    for (std::size_t at = body.find(": keep-alive"); at != std::string::npos;
         at = body.find(": keep-alive", at + 1)) {
      ++comments;
    }
  }
  EXPECT_TRUE(body.starts_with("data: ")) << body;
}

TEST_F(StreamFacts, AWholeAnswerThatBreaksOffIsAnError) {
  FakeAnswer answer = FakeAnswer::Json(kText.substr(0, 20));
  answer.at_end = Fail(ErrorCode::kUpstreamUnavailable, "cut by the network");
  Answers(answer);
  Start();
  const Got got = Chat("hi");
  EXPECT_EQ(got.status, 503) << got.body;
  service_->FlushLog();
  Json row = Ask("GET", "/agm/requests/" + got.header("x-request-id")).json();
  EXPECT_EQ(row["status"], 503) << row;
  EXPECT_NE(row["ended_by"], "client");
}

}  // namespace
}  // namespace agm::gateway
