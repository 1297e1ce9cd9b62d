#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "core/base/utf8.h"
#include "core/upstream/gemini/classify.h"
#include "core/upstream/trouble.h"
#include "tests/support/source_dir.h"

namespace agm::upstream {
namespace {

using enum Trouble;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

/// A recorded response: "STATUS gemini|vertex" on the first line, then the body. The file's name
/// begins with the class of the failure.
struct Answer {
  int status = 0;
  bool vertex = false;
  std::string body;
};

std::filesystem::path Corpus() { return test::SourceDir() / "tests/fuzz/corpus/classify"; }

Answer Load(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  Answer answer;
  std::string kind;
  file >> answer.status >> kind;
  file.get();
  answer.vertex = kind == "vertex";
  std::ostringstream rest;
  rest << file.rdbuf();
  answer.body = rest.str();
  return answer;
}

Failure Judge(const std::string& name) {
  const Answer answer = Load(Corpus() / name);
  EXPECT_NE(answer.status, 0) << name;
  return Classify(answer.status, answer.body, answer.vertex);
}

std::vector<std::string> Names() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(Corpus())) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

class ClassifyCorpus : public testing::TestWithParam<std::string> {};

TEST_P(ClassifyCorpus, IsRecognisedAsItsNameSays) {
  const Failure failure = Judge(GetParam());
  EXPECT_EQ(RowOf(failure.trouble).name, GetParam().substr(0, GetParam().find('.')));
  EXPECT_EQ(failure.error.code, RowOf(failure.trouble).code);
}

TEST_P(ClassifyCorpus, TellsTheClientNothingPrivate) {
  const Failure failure = Judge(GetParam());
  const std::string told = failure.error.message + failure.error.param + failure.error.reason +
                           failure.error.members +
                           fmt::format("{}", fmt::join(failure.quotas, ","));
  EXPECT_FALSE(failure.error.message.empty());
  EXPECT_TRUE(IsUtf8(told));
  for (const char* secret :
       {"AIza", "123456789012", "my-secret-project", "@", "<", "203.0.113.7"}) {
    EXPECT_THAT(told, Not(HasSubstr(secret)));
  }
}

INSTANTIATE_TEST_SUITE_P(Seen, ClassifyCorpus, testing::ValuesIn(Names()), [](const auto& name) {
  std::string word = name.param;
  std::replace(word.begin(), word.end(), '.', '_');
  return word;
});

TEST(Classify, HasAnExampleOfEveryTrouble) {
  std::set<std::string> seen;
  for (const std::string& name : Names()) seen.insert(name.substr(0, name.find('.')));
  EXPECT_EQ(seen.size(), 26U);
}

TEST(Classify, TakesTheDelayFromWhereverItStands) {
  EXPECT_EQ(Judge("minute_quota.requests").retry_delay, Duration(36'420));
  EXPECT_EQ(Judge("minute_quota.tokens_delay_first").retry_delay, Duration(45'838));
  EXPECT_EQ(Judge("minute_quota.in_an_array").retry_delay, Duration(12'500));
  EXPECT_EQ(Judge("minute_quota.cut_off").retry_delay, Duration(7'000));
  EXPECT_EQ(Judge("day_quota.long_delay").retry_delay, Duration(39'043'000));
  EXPECT_EQ(Judge("day_quota.prose").retry_delay, Duration(21'599'000));
  EXPECT_EQ(Judge("shared_limit.bare").retry_delay, std::nullopt);
}

TEST(Classify, TakesNoDelayOfZeroForADay) {
  EXPECT_EQ(Judge("day_quota.zero_delay").retry_delay, std::nullopt);
  EXPECT_EQ(Judge("minute_quota.zero_delay").retry_delay, Duration(0));
  EXPECT_EQ(Judge("minute_quota.zero_delay").error.retry_after_ms, 1'000);
}

TEST(Classify, TakesNoDelayForATierWithoutTheModel) {
  const Failure failure = Classify(429,
                                   R"({"error":{"code":429,"message":"Quota exceeded, limit: 0. )"
                                   R"(Please retry in 5s."}})",
                                   false);
  EXPECT_EQ(failure.trouble, Trouble::kNoQuota);
  EXPECT_EQ(failure.retry_delay, std::nullopt);
  EXPECT_EQ(failure.error.retry_after_ms, 3'600'000);
}

TEST(Classify, NamesEveryQuotaThatWasHit) {
  EXPECT_THAT(Judge("day_quota.with_minute_violations").quotas,
              ElementsAre("GenerateContentInputTokensPerModelPerMinute-FreeTier",
                          "GenerateRequestsPerMinutePerProjectPerModel-FreeTier",
                          "GenerateRequestsPerDayPerProjectPerModel-FreeTier"));
}

// Vertex AI names the quota in the metadata of an ErrorInfo.
TEST(Classify, FindsAQuotaInTheMetadata) {
  const Failure failure = Classify(
      429,
      R"({"error":{"code":429,"message":"Quota exceeded.","status":"RESOURCE_EXHAUSTED","details":[)"
      R"({"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"RATE_LIMIT_EXCEEDED",)"
      R"("metadata":{"quota_limit":"GenerateContentRequestsPerMinutePerProject",)"
      R"("quota_limit_value":"60","quota_unit":"1/min/{project}"}}]}})",
      true);
  EXPECT_EQ(failure.trouble, Trouble::kMinuteQuota);
  EXPECT_THAT(failure.quotas, ElementsAre("GenerateContentRequestsPerMinutePerProject"));
  ASSERT_EQ(failure.limits.size(), 1U);
  EXPECT_EQ(failure.limits[0].limit, 60);
}

// A message in braces is read as another response only if the outer one says nothing itself.
TEST(Classify, KeepsTheQuotasOfTheOuterResponse) {
  const auto judge = [](const std::string& details) {
    return Classify(429,
                    R"({"error":{"code":429,"status":"RESOURCE_EXHAUSTED","message":)"
                    R"("{\"error\":{\"code\":503,\"status\":\"UNAVAILABLE\",\"message\":\"x\"}}",)"
                    R"("details":[)" +
                        details + "]}}",
                    false);
  };
  EXPECT_TRUE(judge("").quotas.empty());
  EXPECT_THAT(judge(R"({"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[)"
                    R"({"quotaId":"GenerateRequestsPerDayPerProjectPerModel-FreeTier"}]})")
                  .quotas,
              ElementsAre("GenerateRequestsPerDayPerProjectPerModel-FreeTier"));
}

TEST(Classify, NamesTheFieldThatADescriptionDoesNotName) {
  const auto told = [](const std::string& description) {
    return Classify(
               400,
               R"({"error":{"code":400,"message":"bad","status":"INVALID_ARGUMENT","details":[)"
               R"({"@type":"type.googleapis.com/google.rpc.BadRequest","fieldViolations":[)"
               R"({"field":"generation_config.top_k","description":")" +
                   description + R"("}]}]}})",
               false)
        .error.message;
  };
  EXPECT_THAT(told("must be positive"), HasSubstr("generation_config.top_k: must be positive"));
  EXPECT_THAT(told("Invalid generation_config.top_k"),
              Not(HasSubstr("generation_config.top_k: Invalid")));
}

TEST(Classify, TellsTheLimitsOfTheQuotasThatWereHit) {
  using Of = QuotaLimit::Of;
  using Per = QuotaLimit::Per;
  EXPECT_THAT(Judge("minute_quota.tokens_delay_first").limits,
              testing::ElementsAre(QuotaLimit{Of::kTokens, Per::kMinute, 250'000},
                                   QuotaLimit{Of::kRequests, Per::kMinute, 10}));
  EXPECT_THAT(Judge("day_quota.short_delay").limits,
              testing::ElementsAre(QuotaLimit{Of::kRequests, Per::kDay, 250}));
  EXPECT_TRUE(Judge("no_quota.quota_value").limits.empty());
}

TEST(Classify, LearnsTheProjectWithoutTellingIt) {
  EXPECT_EQ(Judge("not_enabled.service").project, "123456789012");
  EXPECT_EQ(Judge("minute_quota.error_info_limit").project, "123456789012");
  EXPECT_EQ(Judge("blocked.consumer_invalid").project, "my-secret-project");
  EXPECT_EQ(Judge("minute_quota.requests").project, "");
}

TEST(Classify, SaysWhichFieldOfTheRequestIsAtFault) {
  const Failure failure = Judge("bad_request.unknown_name");
  EXPECT_EQ(failure.error.param, "contents[0]");
  EXPECT_THAT(failure.error.message, HasSubstr("Unknown name \"foo\" at 'contents[0]'"));
}

TEST(Classify, TellsATooLongContextByItsOwnReason) {
  EXPECT_EQ(Judge("bad_request.context_length").error.reason, "context_length_exceeded");
  EXPECT_THAT(Judge("bad_request.context_length").error.message, HasSubstr("2551556"));
  EXPECT_EQ(Judge("bad_request.file_state").error.reason, "");
}

TEST(Classify, TellsWhatTheGatewayCanMend) {
  EXPECT_EQ(Judge("bad_request.signature").error.reason, "invalid_thought_signature");
  EXPECT_EQ(Judge("bad_request.schema_in_a_field").error.reason, "invalid_schema");
}

TEST(Classify, TellsWhenTryingAgainCanHelp) {
  EXPECT_EQ(Judge("minute_quota.requests").error.retry_after_ms, 36'420);
  EXPECT_EQ(Judge("shared_limit.bare").error.retry_after_ms, 30'000);
  EXPECT_EQ(Judge("model_overloaded.unavailable").error.retry_after_ms, 5'000);
  EXPECT_EQ(Judge("bad_key.invalid").error.retry_after_ms, -1);
  EXPECT_EQ(Judge("bad_request.signature").error.retry_after_ms, -1);
}

TEST(Classify, SurvivesInvalidBodies) {
  for (const std::string& body :
       {std::string(200'000, '['), std::string("{\"error\":null}"), std::string("{\"error\":7}"),
        std::string("[]"),
        std::string("[{\"error\":{\"details\":[1,null,[],{\"violations\":3}]}}]"),
        std::string("{\"error\":{\"code\":1e99,\"details\":{}}}"), std::string(3, '\0')}) {
    for (const int status : {0, 100, 200, 299, 304, 400, 403, 404, 418, 429, 500, 599, 999, -1}) {
      EXPECT_FALSE(Classify(status, body, false).error.message.empty());
    }
  }
}

std::string Judged(int status, const std::string& message, bool vertex = false) {
  const std::string body =
      fmt::format(R"({{"error":{{"code":{},"message":"{}"}}}})", status, message);
  return std::string(RowOf(Classify(status, body, vertex).trouble).name);
}

std::string Name(Trouble trouble) { return std::string(RowOf(trouble).name); }

TEST(ClassifyText, ANotFoundIsAboutTheModelOnlyIfNothingElseIsNamed) {
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
      {"the modela is gone", kNotServed},
      {"the modelz is gone", kNotServed},
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

TEST(ClassifyText, AZeroLimitIsAWholeNumber) {
  const std::pair<const char*, Trouble> cases[] = {
      {"limit: 0", kNoQuota},          {"limit: 0, model", kNoQuota},
      {"limit: 0.", kNoQuota},         {"limit: 0. Please", kNoQuota},
      {"limit: 05", kSharedLimit},     {"limit: 0.5", kSharedLimit},
      {"limit: 0.9 of", kSharedLimit}, {"limit: 05, limit: 0", kNoQuota},
      {"limit: 00", kSharedLimit},     {"limit: 0.05", kSharedLimit},
      {"limit: 10", kSharedLimit}};
  for (const auto& [message, trouble] : cases) {
    EXPECT_EQ(Judged(429, message), Name(trouble)) << message;
  }
}

TEST(ClassifyText, AnExhaustionIsJudgedByWhatItNames) {
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

TEST(ClassifyText, TheQuotaThatLastsLongestCounts) {
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

TEST(ClassifyText, AServersErrorIsJudgedByItsStatus) {
  EXPECT_EQ(Judged(500, "overloaded"), Name(kInternal));
  EXPECT_EQ(Judged(501, "no"), Name(kInternal));
  EXPECT_EQ(Judged(502, "overloaded"), Name(kModelOverloaded));
  EXPECT_EQ(Judged(502, "no"), Name(kUnavailable));
  EXPECT_EQ(Judged(503, "high demand"), Name(kModelOverloaded));
  EXPECT_EQ(Judged(503, "no"), Name(kUnavailable));
  EXPECT_EQ(Judged(504, "no"), Name(kDeadline));
  EXPECT_EQ(Judged(529, "no"), Name(kModelOverloaded));
}

TEST(ClassifyText, ARefusalOutsideTheTableIsTheRequestsFaultIfItIsExplained) {
  EXPECT_EQ(Judged(418, "no"), Name(kBadRequest));
  EXPECT_EQ(Judged(422, "no"), Name(kBadRequest));
  EXPECT_EQ(Name(Classify(418, "no", false).trouble), Name(kGarbage));
  EXPECT_EQ(Name(Classify(422, "no", false).trouble), Name(kGarbage));
}

TEST(ClassifyText, AnErrorInAGoodStatusIsJudgedByItsOwn) {
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
