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

}  // namespace
}  // namespace agm::upstream
