#include "core/protocol/gemini/error.h"

#include <gtest/gtest.h>

#include <string>

#include "core/base/json.h"

namespace agm::protocol {
namespace {

struct Written {
  int status;
  std::string body;
};

Written Write(ErrorCode code, int retry_after_ms = -1, std::string reason = {},
              std::string quota = {}) {
  Error error = Fail(code, "it failed");
  error.retry_after_ms = retry_after_ms;
  error.reason = std::move(reason);
  error.quota = std::move(quota);
  const WireError wire = WriteGeminiError(error);
  return {wire.status, wire.body};
}

TEST(GeminiError, HasGooglesWordForEachStatus) {
  struct Row {
    ErrorCode code;
    int status;
    const char* word;
  };
  const Row rows[] = {
      {ErrorCode::kInvalidRequest, 400, "INVALID_ARGUMENT"},
      {ErrorCode::kForbidden, 403, "PERMISSION_DENIED"},
      {ErrorCode::kUnknownModel, 404, "NOT_FOUND"},
      {ErrorCode::kUnknownRoute, 404, "NOT_FOUND"},
      {ErrorCode::kMethodNotAllowed, 405, "INVALID_ARGUMENT"},
      {ErrorCode::kTooLarge, 413, "INVALID_ARGUMENT"},
      {ErrorCode::kUnsupportedMedia, 415, "INVALID_ARGUMENT"},
      {ErrorCode::kOverloaded, 503, "UNAVAILABLE"},
      {ErrorCode::kUpstreamUnavailable, 502, "UNAVAILABLE"},
      {ErrorCode::kTimeout, 504, "DEADLINE_EXCEEDED"},
      {ErrorCode::kCancelled, 499, "CANCELLED"},
      {ErrorCode::kInternal, 500, "INTERNAL"},
  };
  for (const Row& row : rows) {
    const Written written = Write(row.code);
    EXPECT_EQ(written.status, row.status) << row.word;
    EXPECT_EQ(written.body, fmt::format(R"({{"error":{{"code":{},"message":"it failed",)"
                                        R"("status":"{}"}}}})",
                                        row.status, row.word));
  }
}

/// The details as JSON; empty if there are none.
std::string Details(const Written& written) {
  const Json error = Json::parse(written.body)["error"];
  return error.contains("details") ? error["details"].dump() : std::string();
}

std::string Quota(const std::string& id) {
  return R"({"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":")" +
         id + R"("}]})";
}

std::string Retry(const std::string& delay) {
  return R"({"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":")" + delay + R"("})";
}

TEST(GeminiError, TellsGooglesClientsHowLongToWait) {
  const std::string minute = Quota("GenerateRequestsPerMinutePerProjectPerModel");
  EXPECT_EQ(Details(Write(ErrorCode::kRateLimited)), "[" + minute + "]");
  EXPECT_EQ(Details(Write(ErrorCode::kRateLimited, 0)), "[" + minute + "," + Retry("0s") + "]");
  EXPECT_EQ(Details(Write(ErrorCode::kRateLimited, 1500)), "[" + minute + "," + Retry("2s") + "]");
  EXPECT_EQ(Details(Write(ErrorCode::kQuotaExhausted)),
            "[" + Quota("GenerateRequestsPerDayPerProjectPerModel") + "]");
  EXPECT_EQ(Details(Write(ErrorCode::kBudgetSpent, -1, {}, "TokensPerDayPerKey")),
            "[" + Quota("TokensPerDayPerKey") + "]");
  EXPECT_EQ(Details(Write(ErrorCode::kOverloaded, 2000)), "[" + Retry("2s") + "]");
  EXPECT_EQ(Details(Write(ErrorCode::kOverloaded, 0)), "[" + Retry("0s") + "]");
  EXPECT_EQ(Details(Write(ErrorCode::kOverloaded)), "");
  EXPECT_EQ(Details(Write(ErrorCode::kTimeout, 2000)), "");
  const auto message = [](const Written& written) {
    return Json::parse(written.body)["error"]["message"].get<std::string>();
  };
  EXPECT_EQ(message(Write(ErrorCode::kRateLimited, 1500)), "it failed. Please retry in 2s.");
  EXPECT_EQ(message(Write(ErrorCode::kOverloaded, 1)), "it failed. Please retry in 1s.");
  EXPECT_EQ(message(Write(ErrorCode::kTimeout, 1500)), "it failed");
  EXPECT_EQ(message(Write(ErrorCode::kRateLimited)), "it failed");
}

TEST(GeminiError, NamesWhatAPersonMustMend) {
  EXPECT_EQ(Details(Write(ErrorCode::kUnauthenticated)),
            R"([{"@type":"type.googleapis.com/google.rpc.ErrorInfo",)"
            R"("reason":"API_KEY_INVALID","domain":"googleapis.com"}])");
  EXPECT_EQ(Details(Write(ErrorCode::kNoAccount, -1, "billing_disabled")),
            R"([{"@type":"type.googleapis.com/google.rpc.ErrorInfo",)"
            R"("reason":"BILLING_DISABLED","domain":"googleapis.com"}])");
}

}  // namespace
}  // namespace agm::protocol
