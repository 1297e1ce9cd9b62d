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
class Throwing : public http::Transport {
 public:
  class Answer : public http::Download {
   public:
    int status() const override { return 200; }
    std::string_view header(std::string_view name) const override {
      return name == "content-type" ? "text/event-stream" : "";
    }
    Result<http::ReadState> Read(std::string& out, TimePoint, const Cancellation&) override {
      if (std::exchange(read_, true)) throw std::runtime_error("a bug inside");
      out += kEvent;
      return http::ReadState::kData;
    }

   private:
    bool read_ = false;
  };
  Result<std::unique_ptr<http::Download>> Send(const http::OutgoingRequest& request,
                                               const Cancellation&) override {
    if (!request.stream) throw std::runtime_error("a bug outside");
    return std::unique_ptr<http::Download>(std::make_unique<Answer>());
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
  EXPECT_TRUE(Has(log, "from=127.0.0.1 method=POST path=/v1/chat/completions")) << log;
  EXPECT_TRUE(Has(log, "error=too_large why=\"")) << log;
}

TEST_F(RecordTest, TellsOfRequestsThatFoundTheGatewayFull) {
  config_.proxy.max_connections = 0;
  Start();
  const auto answer = SendRaw("GET /v1/models HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(answer.status, 503);
  const std::string id = answer.header("x-request-id");
  EXPECT_FALSE(id.empty());
  EXPECT_TRUE(Has(Metrics(), "agm_requests_total{route=\"models\",status=\"503\"} 1\n"));
  const std::string log = AccessLog();
  EXPECT_TRUE(Has(log, "id=" + id +
                           " from=127.0.0.1 method=GET path=/v1/models route=models "
                           "status=503 error=overloaded why=\"the gateway has 0 requests"))
      << log;
}

TEST_F(RecordTest, TellsOfCountedTokensLikeOfAnyAnswer) {
  Start();
  const std::string body =
      R"({"model":"gemini-2.5-flash","messages":[{"role":"user","content":"hi"}]})";
  EXPECT_EQ(Ask("POST", "/v1/messages/count_tokens", body).status, 200);
  EXPECT_TRUE(Has(Metrics(), "status=\"200\"} 1\n")) << Metrics();
  const std::string log = AccessLog();
  EXPECT_TRUE(Has(log, "path=/v1/messages/count_tokens")) << log;
  EXPECT_TRUE(Has(log, "status=200")) << log;
  EXPECT_FALSE(Has(log, "error=")) << log;
}

TEST_F(RecordTest, TellsWhyARequestFailedAndForWhom) {
  config_.proxy.trusted_proxies = {"127.0.0.0/8"};
  ASSERT_TRUE(
      mock_->SetScript(R"({"steps":[{"match":{"key":"good-key"},"do":{"error":"key-invalid"}}]})"));
  Start();
  const std::vector<http::Header> proxied = {{"X-Forwarded-For", "1.2.3.4, 203.0.113.9"}};
  EXPECT_EQ(Ask("POST", "/v1/chat/completions", ChatBody("hi"), proxied).status, 403);
  EXPECT_EQ(Ask("GET", "/v1/rerank?key=secret").status, 404);
  const std::string log = AccessLog();
  EXPECT_TRUE(Has(log, "from=203.0.113.9 method=POST path=/v1/chat/completions")) << log;
  EXPECT_TRUE(Has(log, "error=no_account why=\"no account can serve gemini-2.5-flash: ")) << log;
  EXPECT_TRUE(Has(log, "method=GET path=/v1/rerank route=unknown status=404")) << log;
  EXPECT_TRUE(Has(log, "why=\"unknown path; the base URL is http://127.0.0.1:")) << log;
  EXPECT_FALSE(Has(log, "secret")) << log;
}

TEST_F(RecordTest, TellsOfEachAccountEventOnceWithTheUpstreamsSentence) {
  ASSERT_TRUE(
      mock_->SetScript(R"({"steps":[{"match":{"key":"good-key"},"do":{"error":"key-invalid"}}]})"));
  ::testing::internal::CaptureStderr();
  Start();
  Chat("hi");
  Chat("hi");
  Ask("POST", "/agm/accounts", R"({"heal":"work"})", {{"X-Agm", "1"}});
  AccessLog();
  const std::string log = ::testing::internal::GetCapturedStderr();
  const std::string line =
      "level=warning msg=\"an account is quarantined: the upstream refuses it\" "
      "account=work@example.com reason=bad_key why=\"API key not valid";
  const auto first = log.find(line);
  ASSERT_NE(first, std::string::npos) << log;
  EXPECT_EQ(log.find(line, first + 1), std::string::npos) << log;
  EXPECT_TRUE(Has(log, "level=info msg=\"an account has recovered\" account=work")) << log;
}

TEST_F(RecordTest, ShowsTheWholeCourseOfARequestAtLevelDebug) {
  Add("home", "other-key");
  config_.mapping = {{"smart", {"gemini-2.5-flash"}}};
  config_.accounts[1].priority = 1;
  LogOptions options;
  options.level = LogLevel::kDebug;
  options.access_log = folder_ / "access.log";
  log_ = *Log::Open(options);
  ASSERT_TRUE(mock_->SetScript(
      R"({"steps":[{"match":{"key":"good-key"},"do":{"error":"quota-minute"}}]})"));
  ::testing::internal::CaptureStderr();
  Start();
  Ask("POST", "/v1/chat/completions", ChatBody("hi", false, "smart"));
  AccessLog();
  const std::string log = ::testing::internal::GetCapturedStderr();
  for (const char* part : {"model=smart rule=exact from=smart targets=gemini-2.5-flash",
                           "msg=\"an account is chosen\"", "try=1 account=work@example.com",
                           "msg=\"a try failed\"", "trouble=minute_quota", "then=\"next account\"",
                           "try=2 account=home@example.com", "msg=\"the upstream answers\""}) {
    EXPECT_TRUE(Has(log, part)) << part << "\n" << log;
  }
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
