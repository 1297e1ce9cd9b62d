// Every request appears once in the access log and in the metrics, with the status that its client
// got.

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>

#include "core/gateway/record.h"
#include "tests/core/gateway/gateway_fixture.h"
#include "tests/support/raw_client.h"
#include "tests/support/temp_dir.h"

namespace agm::gateway {
namespace {

constexpr std::string_view kEvent =
    "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"one\"}]}}]}\r\n\r\n";

/// A transport with a bug: it throws instead of answering, or inside the body.
class Throwing : public upstream::Transport {
 public:
  class Answer : public upstream::Download {
   public:
    int status() const override { return 200; }
    std::string_view header(std::string_view name) const override {
      return name == "content-type" ? "text/event-stream" : "";
    }
    Result<upstream::ReadState> Read(std::string& out, TimePoint, const Cancellation&) override {
      if (std::exchange(read_, true)) throw std::runtime_error("a bug inside");
      out += kEvent;
      return upstream::ReadState::kData;
    }

   private:
    bool read_ = false;
  };
  Result<std::unique_ptr<upstream::Download>> Send(const upstream::HttpRequest& request,
                                                   const Cancellation&) override {
    if (!request.stream) throw std::runtime_error("a bug outside");
    return std::unique_ptr<upstream::Download>(std::make_unique<Answer>());
  }
};

class RecordTest : public GatewayTest {
 protected:
  void SetUp() override {
    GatewayTest::SetUp();
    Add("work", "good-key");
    LogOptions options;
    options.access_log = folder_ / "access.log";
    auto log = Log::Open(options);
    ASSERT_TRUE(log);
    log_ = *std::move(log);
  }

  // The lines of the access log after all requests have ended.
  std::string AccessLog() {
    TearDown();
    service_.reset();
    log_.reset();
    return folder_.Read("access.log");
  }
  std::string Metrics() { return Ask("GET", "/metrics").body; }

  test::RawAnswer SendRaw(const std::string& bytes) {
    test::RawClient client(service_->port());
    client.Send(bytes);
    auto answer = client.Read();
    EXPECT_TRUE(answer) << bytes.substr(0, 80);
    return answer ? *answer : test::RawAnswer();
  }

  static bool Has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
  }

  test::TempDir folder_;
};

TEST_F(RecordTest, TellsOfRequestsThatWereRefusedBeforeTheyWereRead) {
  config_.proxy.max_body_size = 1000;
  config_.proxy.header_timeout = Duration(100);
  Start();
  const std::string chat = "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n";
  EXPECT_EQ(SendRaw(chat + "Content-Length: 1001\r\n\r\n").status, 413);
  EXPECT_EQ(SendRaw(chat + "A: " + std::string(70'000, 'x')).status, 431);
  EXPECT_EQ(SendRaw(chat + "Content-Length: 5\r\n\r\nhe").status, 408);
  EXPECT_EQ(SendRaw(chat + "Content-Length: 5\r\nContent-Encoding: gzip\r\n\r\nhello").status, 400);
  EXPECT_EQ(SendRaw("GET /v1/models HTTP/3.0\r\n\r\n").status, 505);
  const std::string metrics = Metrics();
  for (const std::string labels :
       {"route=\"chat_completions\",status=\"413\"", "route=\"unknown\",status=\"431\"",
        "route=\"chat_completions\",status=\"408\"", "route=\"chat_completions\",status=\"400\"",
        "route=\"unknown\",status=\"505\""}) {
    EXPECT_TRUE(Has(metrics, "agm_requests_total{" + labels + "} 1\n")) << labels << metrics;
  }
  const std::string log = AccessLog();
  EXPECT_TRUE(Has(log, "route=chat_completions status=413 error=too_large")) << log;
  EXPECT_TRUE(Has(log, "route=chat_completions status=408 error=timeout")) << log;
  EXPECT_TRUE(Has(log, "route=unknown status=431 error=too_large")) << log;
}

TEST_F(RecordTest, TellsOfRequestsThatFoundTheGatewayFull) {
  config_.proxy.max_connections = 0;
  Start();
  const auto answer = SendRaw("GET /v1/models HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(answer.status, 503);
  const std::string id = answer.header("x-request-id");
  EXPECT_FALSE(id.empty());
  EXPECT_TRUE(Has(Metrics(), "agm_requests_total{route=\"models\",status=\"503\"} 1\n"));
  EXPECT_TRUE(Has(AccessLog(), "id=" + id + " route=models status=503 error=overloaded"));
}

TEST_F(RecordTest, TellsTheOperatorWhatWasThrownAndTheClientThatItWas) {
  Throwing network;
  transport_ = &network;
  ::testing::internal::CaptureStderr();
  Start();
  const Got got = Chat("hi");
  EXPECT_EQ(got.status, 500);
  EXPECT_EQ(got.json()["error"]["type"], "server_error") << got.body;
  EXPECT_FALSE(Has(got.body, "a bug outside")) << got.body;
  const std::string id = got.header("x-request-id");
  const std::string metrics = Metrics();
  EXPECT_TRUE(Has(metrics, "{route=\"chat_completions\",status=\"500\"} 1\n")) << metrics;
  EXPECT_FALSE(Has(metrics, "status=\"0\"")) << metrics;
  const std::string access = AccessLog();
  EXPECT_TRUE(Has(access, "id=" + id)) << access;
  EXPECT_TRUE(Has(access, "status=500 error=internal")) << access;
  const std::string log = ::testing::internal::GetCapturedStderr();
  EXPECT_TRUE(Has(log, "level=error")) << log;
  EXPECT_TRUE(Has(log, "id=" + id + " what=\"a bug outside\"")) << log;
}

TEST_F(RecordTest, TellsTheOperatorWhatBrokeAStreamOff) {
  Throwing network;
  transport_ = &network;
  ::testing::internal::CaptureStderr();
  Start();
  test::RawClient client(service_->port());
  const std::string body = ChatBody("hi", true);
  client.Send("POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: " +
              std::to_string(body.size()) + "\r\n\r\n" + body);
  const std::string all = client.ReadAll();
  EXPECT_TRUE(Has(all, "\"one\"")) << all;
  EXPECT_FALSE(Has(all, "[DONE]")) << all;
  EXPECT_FALSE(all.ends_with("0\r\n\r\n")) << "a broken stream looks whole";
  const std::string access = AccessLog();
  EXPECT_TRUE(Has(access, "error=internal")) << access;
  EXPECT_TRUE(Has(access, "end=gateway phase=stream")) << access;
  const std::string log = ::testing::internal::GetCapturedStderr();
  EXPECT_TRUE(Has(log, "what=\"a bug inside\"")) << log;
}

}  // namespace
}  // namespace agm::gateway
