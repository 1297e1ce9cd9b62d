#include "core/upstream/openai/error_body.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "core/upstream/openai/classify.h"

namespace agm::upstream {
namespace {

using ::testing::HasSubstr;

TEST(OpenAiErrorBody, ReadsTheErrorObject) {
  const auto read = ReadOpenAiErrorBody(
      R"({"error":{"message":"No Such Model","type":"not_found","code":404,"param":"model"}})");
  EXPECT_TRUE(read.body.json);
  EXPECT_FALSE(read.body.html);
  EXPECT_EQ(read.body.message, "No Such Model");
  EXPECT_EQ(read.body.text, "no such model");
  EXPECT_EQ(read.body.code, 404);
  EXPECT_EQ(read.code, "not_found");
  EXPECT_EQ(read.param, "model");
}

TEST(OpenAiErrorBody, PrefersTheCodeToTheTypeIfItIsAWord) {
  EXPECT_EQ(ReadOpenAiErrorBody(R"({"error":{"message":"m","type":"A","code":"B"}})").code, "b");
  EXPECT_EQ(ReadOpenAiErrorBody(R"({"error":{"message":"m","type":"A","code":null}})").code, "a");
}

TEST(OpenAiErrorBody, ReadsTheStatusOnlyWhereItIsOneOfHttp) {
  const auto code = [](const std::string& fields) {
    return ReadOpenAiErrorBody(R"({"error":{"message":"m",)" + fields + "}}").body.code;
  };
  EXPECT_EQ(code(R"("code":100)"), 100);
  EXPECT_EQ(code(R"("code":599)"), 599);
  EXPECT_EQ(code(R"("code":99)"), 0);
  EXPECT_EQ(code(R"("code":600)"), 0);
  EXPECT_EQ(code(R"("status":503)"), 503);
  EXPECT_EQ(code(R"("code":429,"status":503)"), 429);
  EXPECT_EQ(code(R"("code":"x")"), 0);
}

TEST(OpenAiErrorBody, ReadsAnErrorThatIsATextOrTheWholeObject) {
  EXPECT_EQ(ReadOpenAiErrorBody(R"({"error":"is loading"})").body.message, "is loading");
  const auto whole = ReadOpenAiErrorBody(R"({"object":"error","message":"gone","code":410})");
  EXPECT_EQ(whole.body.message, "gone");
  EXPECT_EQ(whole.body.code, 410);
}

TEST(OpenAiErrorBody, AddsTheWordsOfTheServerBehindARouter) {
  const std::string raw(2'000, 'r');
  const auto read = ReadOpenAiErrorBody(
      R"({"error":{"message":"Provider returned error","metadata":{"raw":")" + raw + R"("}}})");
  EXPECT_EQ(read.body.message, "Provider returned error: " + std::string(1'000, 'r'));
}

TEST(OpenAiErrorBody, ReadsPydanticsListOfDetails) {
  const auto read = ReadOpenAiErrorBody(
      R"({"detail":[{"loc":["body","top_k"],"msg":"Extra inputs"},{"loc":["body"],"msg":"Odd"},)"
      R"({"loc":["query","n","0"],"msg":"Too many"}]})");
  EXPECT_TRUE(read.body.json);
  EXPECT_EQ(read.body.message, "Extra inputs; Odd; Too many");
  EXPECT_EQ(read.param, "top_k");
  ASSERT_EQ(read.body.fields.size(), 2U);
  EXPECT_EQ(read.body.fields[0].field, "top_k");
  EXPECT_EQ(read.body.fields[1].field, "query");
  EXPECT_EQ(ReadOpenAiErrorBody(R"({"detail":"Not Found"})").body.message, "Not Found");
  EXPECT_EQ(ReadOpenAiErrorBody(R"({"error":{"message":"m"},"detail":"d"})").body.message, "m");
}

TEST(OpenAiErrorBody, FindsTheRefusedFieldInTheWords) {
  const auto field = [](const std::string& words) { return ReadOpenAiErrorBody(words).param; };
  EXPECT_EQ(field("Unrecognized request argument supplied: top_k"), "top_k");
  EXPECT_EQ(field("Unsupported parameter: 'max_tokens' is not supported."), "max_tokens");
  EXPECT_EQ(field("property \"prompt_cache_key\" is unsupported"), "prompt_cache_key");
  EXPECT_EQ(field("unknown field `seed`"), "seed");
  EXPECT_EQ(field("unknown field `" + std::string(64, 'x') + "`"), std::string(64, 'x'));
  EXPECT_EQ(field("unknown field `" + std::string(65, 'x') + "`"), "");
  EXPECT_EQ(field("the parameter "), "");
  EXPECT_EQ(field("no such model"), "");
  EXPECT_EQ(field("bad parameter: ; field seed is unknown"), "seed");
  EXPECT_EQ(field("bad parameter: " + std::string(65, 'x') + "; field seed is unknown"), "seed");
  EXPECT_EQ(
      ReadOpenAiErrorBody(R"({"error":{"message":"m","param":")" + std::string(65, 'x') + R"("}})")
          .param,
      "");
}

TEST(OpenAiErrorBody, SearchesABodyThatIsNotJsonAsText) {
  const auto plain = ReadOpenAiErrorBody("Slow Down, try again in 7s");
  EXPECT_FALSE(plain.body.json);
  EXPECT_EQ(plain.body.message, "");
  EXPECT_EQ(plain.body.text, "slow down, try again in 7s");
  EXPECT_EQ(plain.body.retry_delay, Duration(7'000));
  EXPECT_FALSE(ReadOpenAiErrorBody(R"(["error"])").body.json);
  EXPECT_FALSE(ReadOpenAiErrorBody(R"({"ok":true})").body.json);
  EXPECT_EQ(ReadOpenAiErrorBody(std::string(20'000, 'a')).body.text.size(), 16U * 1024U);
}

TEST(OpenAiErrorBody, TakesNoDelayFromAPage) {
  const auto page = ReadOpenAiErrorBody("<html><body>try again in 7s</body></html>");
  EXPECT_TRUE(page.body.html);
  EXPECT_EQ(page.body.retry_delay, std::nullopt);
}

// A refusal that a server explains is the request's fault; one that nobody explains may be a proxy's.
TEST(OpenAiErrorBody, TellsARefusalFromGarbage) {
  const auto judge = [](int status, const std::string& body) {
    return ClassifyOpenAi({status, body, [](std::string_view) { return std::string_view(); }})
        .trouble;
  };
  EXPECT_EQ(judge(418, R"({"error":{"message":"Conflict"}})"), Trouble::kBadRequest);
  EXPECT_EQ(judge(418, "conflict"), Trouble::kGarbage);
  EXPECT_EQ(judge(418, R"({"error":{}})"), Trouble::kGarbage);
}

}  // namespace
}  // namespace agm::upstream
