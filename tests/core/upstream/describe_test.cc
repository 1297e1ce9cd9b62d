#include "core/upstream/describe.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace agm::upstream {
namespace {

using enum Trouble;

ErrorBody Says(const std::string& message) {
  ErrorBody body;
  body.message = message;
  body.text = message;
  return body;
}

Error ErrorOf(Trouble trouble, const ErrorBody& body = {},
              std::optional<Duration> asked = std::nullopt) {
  return Describe(trouble, body, asked).error;
}

TEST(Describe, NamesTheReasonThatAClientCanActOn) {
  EXPECT_EQ(ErrorOf(kUnknownModel).reason, "model_not_found");
  EXPECT_EQ(ErrorOf(kNotServed).reason, "model_not_found");
  EXPECT_EQ(ErrorOf(kTooLarge).reason, "request_too_large");
  EXPECT_EQ(ErrorOf(kBadKey).reason, "upstream_key_invalid");
  EXPECT_EQ(ErrorOf(kInternal).reason, "");
  const auto reason = [](const char* message) {
    return ErrorOf(kBadRequest, Says(message)).reason;
  };
  for (const char* message :
       {"the input token count (9) exceeds the maximum", "too many tokens: over the token limit",
        "the prompt is too long", "it does not fit the context window"}) {
    EXPECT_EQ(reason(message), "context_length_exceeded") << message;
  }
  EXPECT_EQ(reason("the token limit is 100"), "");
  EXPECT_EQ(reason("too many tools"), "");
  EXPECT_EQ(reason("corrupted thought signature."), "invalid_thought_signature");
  EXPECT_EQ(reason("the schema is wrong"), "invalid_schema");
}

TEST(Describe, TellsTheFieldsThatTheUpstreamFoundInvalid) {
  ErrorBody body = Says("Invalid value");
  body.fields = {{"a.b", "a.b must be a number"},
                 {"c", "must be small"},
                 {"d", ""},
                 {"e", "is the fourth, and is left out"}};
  const Error error = ErrorOf(kBadRequest, body);
  EXPECT_EQ(error.code, ErrorCode::kInvalidRequest);
  EXPECT_EQ(error.message,
            "the upstream refused the request: a.b must be a number; c: must be small");
  EXPECT_EQ(error.param, "a.b");
  EXPECT_EQ(ErrorOf(kBadRequest, Says("Invalid value")).message,
            "the upstream refused the request: Invalid value");
  EXPECT_EQ(ErrorOf(kBadRequest).message, "the upstream refused the request");
}

TEST(Describe, AddsTheUpstreamsOwnWordsOnlyWhereAPersonMustAct) {
  ErrorBody body = Says("Project \"my-project\" is off. Please retry in 36.4s.");
  body.project = "my-project";
  body.link = "https://example.com/enable";
  EXPECT_EQ(ErrorOf(kNotEnabled, body).message,
            "the account may not use this API: it is disabled, restricted or without billing; "
            "the upstream says: \"Project '…' is off. https://example.com/enable\"");
  EXPECT_EQ(ErrorOf(kMinuteQuota, body).message,
            "the account's quota per minute for this model is used up");
  body.link = "http://example.com";
  EXPECT_EQ(Describe(kNotEnabled, body, std::nullopt).said, "Project '…' is off.");
}

TEST(Describe, AsksForARetryWhenOneCanSucceed) {
  const auto wait = [](Trouble trouble, std::optional<Duration> asked) {
    return ErrorOf(trouble, {}, asked).retry_after_ms;
  };
  EXPECT_EQ(wait(kMinuteQuota, Duration(7'000)), 7'000);
  EXPECT_EQ(wait(kMinuteQuota, Duration(0)), 1'000);
  EXPECT_EQ(wait(kMinuteQuota, std::nullopt), RowOf(kMinuteQuota).cooldown.count());
  EXPECT_EQ(wait(kMinuteQuota, Duration::max()), INT32_MAX);
  EXPECT_EQ(wait(kDayQuota, std::nullopt), -1);
  EXPECT_EQ(wait(kDayQuota, Duration(0)), -1);  // "0s" means nothing there
  EXPECT_EQ(wait(kNoQuota, Duration(7'000)), wait(kNoQuota, std::nullopt));
  EXPECT_GE(wait(kModelOverloaded, Duration(1)), RowOf(kModelOverloaded).cooldown.count());
  EXPECT_EQ(wait(kBadKey, std::nullopt), -1);
}

TEST(Describe, KeepsTheQuotasThatAreSafeToShow) {
  ErrorBody body;
  body.quotas = {{"PerDay-Free", "requestsperday", 250},
                 {"PerDay-Free", "tokensperminute", 9},
                 {"bad id", "requestsperminute", 0},
                 {std::string(121, 'a'), "perdayperminute", 5},
                 {"", "", std::nullopt}};
  for (int i = 0; i < 10; ++i) body.quotas.push_back({"q" + std::to_string(i), "", 1});
  const Failure failure = Describe(kDayQuota, body, std::nullopt);
  EXPECT_EQ(failure.quotas,
            (std::vector<std::string>{"PerDay-Free", "q0", "q1", "q2", "q3", "q4", "q5", "q6"}));
  const std::vector<QuotaLimit> limits = {{QuotaLimit::Of::kRequests, QuotaLimit::Per::kDay, 250},
                                          {QuotaLimit::Of::kTokens, QuotaLimit::Per::kMinute, 9}};
  EXPECT_EQ(failure.limits, limits);
}

}  // namespace
}  // namespace agm::upstream
