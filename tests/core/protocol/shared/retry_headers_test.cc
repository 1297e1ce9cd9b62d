#include "core/protocol/shared/retry_headers.h"

#include <gtest/gtest.h>

#include <string>

#include "core/protocol/shared/compact_json.h"

namespace agm::protocol {
namespace {

std::string Headers(ErrorCode code, int retry_after_ms) {
  Error error = Fail(code, "it failed");
  error.retry_after_ms = retry_after_ms;
  std::string out;
  for (const auto& [name, value] : RetryHeaders(error)) out += name + "=" + value + " ";
  return out;
}

TEST(RetryHeaders, RoundSecondsUpAndTellMillisecondsToo) {
  EXPECT_EQ(Headers(ErrorCode::kRateLimited, -1), "");
  EXPECT_EQ(Headers(ErrorCode::kRateLimited, 0), "Retry-After=0 retry-after-ms=0 ");
  EXPECT_EQ(Headers(ErrorCode::kRateLimited, 1), "Retry-After=1 retry-after-ms=1 ");
  EXPECT_EQ(Headers(ErrorCode::kRateLimited, 1000), "Retry-After=1 retry-after-ms=1000 ");
  EXPECT_EQ(Headers(ErrorCode::kOverloaded, 1001), "Retry-After=2 retry-after-ms=1001 ");
}

TEST(RetryHeaders, TellClientsNotToSleepLongerThanTheyCan) {
  EXPECT_EQ(Headers(ErrorCode::kRateLimited, 60000), "Retry-After=60 retry-after-ms=60000 ");
  EXPECT_EQ(Headers(ErrorCode::kRateLimited, 60001), "Retry-After=61 x-should-retry=false ");
  EXPECT_EQ(Headers(ErrorCode::kRateLimited, 300000), "Retry-After=300 x-should-retry=false ");
  EXPECT_EQ(Headers(ErrorCode::kRateLimited, 300001), "x-should-retry=false ");
  EXPECT_EQ(Headers(ErrorCode::kBudgetSpent, 400000), "Retry-After=400 x-should-retry=false ");
}

TEST(RetryHeaders, TellClientsNotToTryInVain) {
  EXPECT_EQ(Headers(ErrorCode::kNoAccount, 5), "x-should-retry=false ");
  EXPECT_EQ(Headers(ErrorCode::kUnauthenticated, -1), "x-should-retry=false ");
  EXPECT_EQ(Headers(ErrorCode::kQuotaExhausted, -1), "x-should-retry=false ");
  EXPECT_EQ(Headers(ErrorCode::kQuotaExhausted, 0), "Retry-After=0 retry-after-ms=0 ");
  EXPECT_EQ(Headers(ErrorCode::kBudgetSpent, 1500), "Retry-After=2 x-should-retry=false ");
  EXPECT_EQ(Headers(ErrorCode::kBudgetSpent, 0), "Retry-After=0 x-should-retry=false ");
}

TEST(CompactJson, LeavesOutBlanksBetweenTokensOnly) {
  EXPECT_EQ(CompactJson(" { \"a b\" : [ 1 ,\t2\r\n] } "), R"({"a b":[1,2]})");
  EXPECT_EQ(CompactJson(R"({ "a \" b" : "\\" , "c" : " " })"), R"({"a \" b":"\\","c":" "})");
  EXPECT_EQ(CompactJson(""), "");
  EXPECT_EQ(CompactJson("\"open \\"), "\"open \\");
  EXPECT_EQ(CompactJson("\"open "), "\"open ");
}

}  // namespace
}  // namespace agm::protocol
