// What the gateway tells of a count of tokens: in its headers, in the log and to the upstream.

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/base/json.h"
#include "tests/core/gateway/gateway_fixture.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_transport.h"

namespace agm::gateway {
namespace {

using test::FakeAnswer;
using test::SentRequest;

class CountTokensTest : public GatewayTest {
 protected:
  void SetUp() override {
    GatewayTest::SetUp();
    transport_ = &network_;
    network_.AnswerBy([](const SentRequest&) { return FakeAnswer::Json(R"({"totalTokens":7})"); });
    Add("work", "key-work");
    config_.mapping.push_back({"house-model", {"gemini-2.5-flash"}});
  }

  void TearDown() override {
    GatewayTest::TearDown();
    service_.reset();  // before its clock
  }

  /// Starts a gateway for which time passes only where a test says so.
  void StartAtAStandstill() {
    Run(Service::Start(std::make_shared<const config::Config>(config_), *log_, clock_, *transport_,
                       *database_));
  }

  Got Count(const std::string& model, std::vector<http::Header> headers = {}) {
    return Ask("POST", "/v1/messages/count_tokens",
               R"({"model":")" + model + R"(","messages":[{"role":"user","content":"hi"}]})",
               std::move(headers));
  }
  Got CountInput(const std::string& model) {
    return Ask("POST", "/v1/responses/input_tokens",
               R"({"model":")" + model + R"(","input":"hi"})");
  }

  Json RowOf(const Got& got) {
    service_->FlushLog();
    return Ask("GET", "/agm/requests/" + got.header("x-request-id")).json();
  }

  /// How often the upstream was asked to count.
  long Asked() const {
    const auto sent = network_.sent();
    return std::ranges::count_if(sent, [](const SentRequest& request) {
      return request.url.find(":countTokens") != std::string::npos;
    });
  }

  test::FakeTransport network_;
  test::WaitingClock clock_;
};

TEST_F(CountTokensTest, IsInTheLogAsAnyRequest) {
  Start();
  for (const Got& got : {Count("house-model"), CountInput("house-model")}) {
    ASSERT_EQ(got.status, 200) << got.body;
    EXPECT_EQ(got.json()["input_tokens"], 7);
    EXPECT_EQ(got.header("content-type"), "application/json");
    EXPECT_EQ(got.header("x-mapped-model"), "gemini-2.5-flash");
    const Json row = RowOf(got);
    EXPECT_EQ(row["model"], "house-model") << row;
    EXPECT_EQ(row["rule"], "exact house-model");
    EXPECT_EQ(row["target"], "gemini-2.5-flash");
    EXPECT_EQ(row["status"], 200);
    EXPECT_EQ(row["phase"], "done");
    EXPECT_EQ(row["cost_usd"], 0) << "counting costs nothing";
  }
  EXPECT_TRUE(RowOf(CountInput("house-model"))["first_byte_ms"].is_number());
}

TEST_F(CountTokensTest, PassesTheTraceOnWhereTheUserWantsThat) {
  config_.telemetry.propagate = true;
  Start();
  const std::string trace = "0af7651916cd43dd8448eb211c80319c";
  ASSERT_EQ(Count("house-model", {{"traceparent", "00-" + trace + "-b7ad6b7169203331-01"}}).status,
            200);
  std::string sent;
  const SentRequest last = network_.sent().back();
  for (const auto& [name, value] : last.headers) {
    if (name == "traceparent") sent = value;
  }
  EXPECT_NE(sent.find(trace), std::string::npos) << sent;
}

TEST_F(CountTokensTest, AsksTheUpstreamAgainAfterFiveMinutes) {
  StartAtAStandstill();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Count("house-model").json()["input_tokens"], 7);
  EXPECT_EQ(Asked(), 1);
  clock_.Advance(std::chrono::minutes(5) - std::chrono::milliseconds(1));
  Count("house-model");
  EXPECT_EQ(Asked(), 1);
  clock_.Advance(std::chrono::milliseconds(1));
  Count("house-model");
  EXPECT_EQ(Asked(), 2);
}

TEST_F(CountTokensTest, AsksAFailingUpstreamAgainAfterFiveSeconds) {
  network_.AnswerBy([](const SentRequest&) { return FakeAnswer::Json("{}", 500); });
  StartAtAStandstill();
  for (int i = 0; i < 3; ++i) EXPECT_GT(Count("house-model").json()["input_tokens"], 0);
  EXPECT_EQ(Asked(), 1);
  clock_.Advance(std::chrono::seconds(5) - std::chrono::milliseconds(1));
  Count("house-model");
  EXPECT_EQ(Asked(), 1);
  clock_.Advance(std::chrono::milliseconds(1));
  Count("house-model");
  EXPECT_EQ(Asked(), 2);
}

TEST_F(CountTokensTest, EstimatesWhileNoAccountIsAvailable) {
  network_.AnswerBy([](const SentRequest& request) {
    if (request.url.find(":countTokens") != std::string::npos) {
      return FakeAnswer::Json(R"({"totalTokens":7})");
    }
    return FakeAnswer::Json(R"({"error":{"code":429,"status":"RESOURCE_EXHAUSTED","message":"x"}})",
                            429);
  });
  config_.proxy.max_wait = Duration(0);
  StartAtAStandstill();
  EXPECT_EQ(Chat("hi").status, 429);
  const Got got = Count("house-model");
  ASSERT_EQ(got.status, 200) << got.body;
  EXPECT_EQ(Asked(), 0);
  EXPECT_GT(got.json()["input_tokens"], 0);
}

}  // namespace
}  // namespace agm::gateway
