// How Classify judges the words of a refusal, one word at a time.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

#include "core/upstream/gemini/classify.h"
#include "core/upstream/trouble.h"

namespace agm::upstream {
namespace {

using enum Trouble;

std::string Judged(int status, const std::string& message, bool vertex = false) {
  const std::string body =
      fmt::format(R"({{"error":{{"code":{},"message":"{}"}}}})", status, message);
  return std::string(RowOf(Classify(status, body, vertex).trouble).name);
}

std::string Name(Trouble trouble) { return std::string(RowOf(trouble).name); }

TEST(ClassifyWords, ANotFoundIsAboutTheModelOnlyIfNothingElseIsNamed) {
  const std::pair<const char*, Trouble> cases[] = {
      {"the model is gone", kUnknownModel},
      {"no such model", kUnknownModel},
      {"no such model.", kUnknownModel},
      {"model: x", kUnknownModel},
      {"models gone. Try others", kUnknownModel},
      {"the remodel is gone", kNotServed},
      {"the modeling is gone", kNotServed},
      {"the model-x is gone", kNotServed},
      {"the model_x is gone", kNotServed},
      {"the model.x is gone", kNotServed},
      {"the model9 is gone", kNotServed},
      {"the 0model is gone", kNotServed},
      {"my-model is gone", kNotServed},
      {"remodel the model", kUnknownModel},
      {"not here", kNotServed},
      {"the model has no file", kUnknownResource},
      {"a cache. The model", kUnknownResource},
      {"the profile of the model", kUnknownModel},
      {"the filed model", kUnknownModel},
      {"model x is not supported for embedContent", kNotServed},
      {"cachedcontent of the model", kUnknownResource}};
  for (const auto& [message, trouble] : cases) {
    EXPECT_EQ(Judged(404, message), Name(trouble)) << message;
  }
}

TEST(ClassifyWords, AZeroLimitIsAWholeNumber) {
  const std::pair<const char*, Trouble> cases[] = {
      {"limit: 0", kNoQuota},          {"limit: 0, model", kNoQuota},
      {"limit: 0.", kNoQuota},         {"limit: 0. Please", kNoQuota},
      {"limit: 05", kSharedLimit},     {"limit: 0.5", kSharedLimit},
      {"limit: 0.9 of", kSharedLimit}, {"limit: 05, limit: 0", kNoQuota},
      {"limit: 10", kSharedLimit}};
  for (const auto& [message, trouble] : cases) {
    EXPECT_EQ(Judged(429, message), Name(trouble)) << message;
  }
}

TEST(ClassifyWords, AnExhaustionIsJudgedByWhatItNames) {
  const std::pair<const char*, Trouble> cases[] = {
      {"your credit balance is low", kNoCredit},
      {"the model is at capacity", kModelOverloaded},
      {"monthly spend reached", kSpendCap},
      {"see your billing", kSpendCap},
      {"check your plan and billing details", kSharedLimit},
      {"too many per day", kDayQuota},
      {"too many per minute", kMinuteQuota},
      {"too many", kSharedLimit}};
  for (const auto& [message, trouble] : cases) {
    EXPECT_EQ(Judged(429, message), Name(trouble)) << message;
  }
  EXPECT_EQ(Judged(429, "too many", true), Name(kSharedCapacity));
  EXPECT_EQ(Judged(429, "see error-code-429"), Name(kSharedCapacity));
}

TEST(ClassifyWords, TheQuotaThatLastsLongestCounts) {
  const auto judged = [](const std::string& violations, const std::string& message = "m") {
    const std::string body =
        fmt::format(R"({{"error":{{"code":429,"message":"{}","details":[{{"@type":)"
                    R"("type.googleapis.com/google.rpc.QuotaFailure","violations":[{}]}}]}}}})",
                    message, violations);
    return std::string(RowOf(Classify(429, body, false).trouble).name);
  };
  const std::string minute = R"({"quotaId":"RequestsPerMinute","quotaValue":"5"})";
  const std::string day = R"({"quotaId":"RequestsPerDay","quotaValue":"5"})";
  const std::string month = R"({"quotaId":"SpendPerMonth","quotaValue":"5"})";
  const std::string zero = R"({"quotaId":"RequestsPerMinute","quotaValue":"0"})";
  const std::string other = R"({"quotaId":"Requests","quotaValue":"5"})";
  EXPECT_EQ(judged(minute), Name(kMinuteQuota));
  EXPECT_EQ(judged(minute + "," + day), Name(kDayQuota));
  EXPECT_EQ(judged(day + "," + month + "," + minute), Name(kSpendCap));
  EXPECT_EQ(judged(month + "," + zero), Name(kNoQuota));
  EXPECT_EQ(judged(day, "limit: 0"), Name(kNoQuota));
  EXPECT_EQ(judged(other, "5 per day"), Name(kDayQuota));
  EXPECT_EQ(judged(other), Name(kMinuteQuota));
}

TEST(ClassifyWords, AServersErrorIsJudgedByItsStatus) {
  EXPECT_EQ(Judged(500, "overloaded"), Name(kInternal));
  EXPECT_EQ(Judged(501, "no"), Name(kInternal));
  EXPECT_EQ(Judged(502, "overloaded"), Name(kModelOverloaded));
  EXPECT_EQ(Judged(502, "no"), Name(kUnavailable));
  EXPECT_EQ(Judged(503, "high demand"), Name(kModelOverloaded));
  EXPECT_EQ(Judged(503, "no"), Name(kUnavailable));
  EXPECT_EQ(Judged(504, "no"), Name(kDeadline));
  EXPECT_EQ(Judged(529, "no"), Name(kModelOverloaded));
}

TEST(ClassifyWords, ARefusalOutsideTheTableIsTheRequestsFaultIfItIsExplained) {
  EXPECT_EQ(Judged(418, "no"), Name(kBadRequest));
  EXPECT_EQ(Judged(422, "no"), Name(kBadRequest));
  EXPECT_EQ(Name(Classify(418, "no", false).trouble), Name(kGarbage));
  EXPECT_EQ(Name(Classify(422, "no", false).trouble), Name(kGarbage));
}

TEST(ClassifyWords, AnErrorInAGoodStatusIsJudgedByItsOwn) {
  const auto judged = [](int status, const std::string& error) {
    return Name(Classify(status, R"({"error":{"message":"m",)" + error + "}}", false).trouble);
  };
  const std::pair<const char*, Trouble> words[] = {{"INVALID_ARGUMENT", kBadRequest},
                                                   {"OUT_OF_RANGE", kBadRequest},
                                                   {"UNAUTHENTICATED", kUnauthenticated},
                                                   {"PERMISSION_DENIED", kNotEnabled},
                                                   {"NOT_FOUND", kNotServed},
                                                   {"ABORTED", kAborted},
                                                   {"RESOURCE_EXHAUSTED", kSharedLimit},
                                                   {"CANCELLED", kAborted},
                                                   {"INTERNAL", kInternal},
                                                   {"UNAVAILABLE", kUnavailable},
                                                   {"DEADLINE_EXCEEDED", kDeadline},
                                                   {"ODD", kInternal}};
  for (const auto& [word, trouble] : words) {
    EXPECT_EQ(judged(200, fmt::format(R"("status":"{}")", word)), Name(trouble)) << word;
  }
  EXPECT_EQ(judged(200, R"("code":429,"status":"INTERNAL")"), Name(kSharedLimit));
  EXPECT_EQ(judged(299, R"("code":503)"), Name(kUnavailable));
  EXPECT_EQ(judged(200, R"("code":399)"), Name(kInternal));
  EXPECT_EQ(judged(300, R"("code":503)"), Name(kRedirect));
  EXPECT_EQ(judged(399, R"("code":503)"), Name(kRedirect));
  EXPECT_EQ(judged(199, R"("code":503)"), Name(kGarbage));
  EXPECT_EQ(Name(Classify(200, "what?", false).trouble), Name(kGarbage));
}

}  // namespace
}  // namespace agm::upstream
