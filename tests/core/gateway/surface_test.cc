#include "core/gateway/surface.h"

#include <gtest/gtest.h>

#include <chrono>

namespace agm::gateway {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kNow(1'800'000'000'000ms);

TEST(Surface, EachApiHasItsOwnFormOfErrors) {
  const Error error = Fail(ErrorCode::kNotFound, "no such thing");
  const auto body = [&](Surface surface) {
    return FactsOf(surface).write_error(error, "req_1").body;
  };
  EXPECT_NE(body(Surface::kAnthropic).find(R"("request_id":"req_1")"), std::string::npos);
  EXPECT_NE(body(Surface::kGemini).find(R"("status":"NOT_FOUND")"), std::string::npos);
  EXPECT_NE(body(Surface::kOpenAi).find(R"("param")"), std::string::npos);
  EXPECT_EQ(body(Surface::kOwn), body(Surface::kOpenAi));
}

TEST(Surface, ALimitIsFullAgainAfterASpanOrForAnthropicAtATime) {
  for (const Surface surface : {Surface::kOpenAi, Surface::kGemini, Surface::kOwn}) {
    EXPECT_EQ(FactsOf(surface).write_reset(59'001ms, kNow), "1m0s");
    EXPECT_EQ(FactsOf(surface).write_reset(1ms, kNow), "1s");
    EXPECT_EQ(FactsOf(surface).requests.reset, "x-ratelimit-reset-requests");
    EXPECT_EQ(FactsOf(surface).request_id_header, "");
  }
  const SurfaceFacts& anthropic = FactsOf(Surface::kAnthropic);
  EXPECT_EQ(anthropic.write_reset(60'000ms, kNow), "2027-01-15T08:01:00Z");
  EXPECT_EQ(anthropic.tokens.remaining, "anthropic-ratelimit-tokens-remaining");
  EXPECT_EQ(anthropic.request_id_header, "request-id");
}

}  // namespace
}  // namespace agm::gateway
