#include "core/upstream/openai/classify.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace agm::upstream {
namespace {

using enum Trouble;

Failure Judge(int status, const std::string& body,
              const std::map<std::string, std::string, std::less<>>& headers = {}) {
  return ClassifyOpenAi({status, body, [&](std::string_view name) {
                           const auto found = headers.find(name);
                           return found == headers.end() ? std::string_view()
                                                         : std::string_view(found->second);
                         }});
}

struct Case {
  int status;
  const char* body;
  Trouble trouble;
};

// Bodies that Portkey's gateway, @musistudio/llms and agm sent for a refusal of the server behind
// them.
TEST(ClassifyOpenAi, KnowsWhatGatewaysMakeOfARefusal) {
  const Case cases[] = {
      {429,
       R"json({"error":{"message":"groq error: You exceeded your current quota (says the mock).\n* Quota exceeded for metric: generativelanguage.googleapis.com/generate_content_free_tier_requests, limit: 10, model: llama3.3\nPlease retry in 7s.","type":"resource_exhausted","param":null,"code":"rate_limit_exceeded"},"provider":"groq"})json",
       kSharedLimit},
      {429,
       R"json({"error":{"message":"Invalid response received from mistral-ai: {\"error\":{\"message\":\"You exceeded your current quota (says the mock).\\n* Quota exceeded for metric: generativelanguage.googleapis.com/generate_content_free_tier_requests, limit: 10, model: llama3.3\\nPlease retry in 7s.\",\"type\":\"resource_exhausted\",\"param\":null,\"code\":\"rate_limit_exceeded\"}}","type":null,"param":null,"code":null},"provider":"mistral-ai"})json",
       kSharedLimit},
      {503,
       R"json({"error":{"message":"ollama error: The model is overloaded. Please try again later.","type":"unavailable","param":null,"code":null},"provider":"ollama"})json",
       kModelOverloaded},
      {503,
       R"json({"error":{"message":"Error from provider(mock,llama3.3: 503): {\"error\":{\"message\":\"The model is overloaded. Please try again later.\",\"type\":\"unavailable\",\"param\":null,\"code\":503}}","type":"api_error","code":"provider_response_error"}})json",
       kModelOverloaded},
      {503,
       R"json({"error":{"message":"gemini-2.5-flash is overloaded at the moment; try again in 2s","type":"service_unavailable_error","param":null,"code":"server_is_overloaded","accounts":[{"label":"a","state":"cooling","reason":"model_overloaded","until":"2026-11-29T01:07:41Z"}]}})json",
       kModelOverloaded}};
  for (const Case& each : cases) {
    const Failure failure = Judge(each.status, each.body);
    EXPECT_EQ(failure.trouble, each.trouble) << each.body;
    if (each.status == 429) {
      EXPECT_EQ(failure.retry_delay, Duration(7'000)) << each.body;
    }
  }
}

// The texts are those of OpenAI, Groq, OpenRouter, vLLM, llama.cpp, LM Studio and Ollama.
TEST(ClassifyOpenAi, KnowsWhatServersSay) {
  const Case cases[] = {
      {429,
       R"({"error":{"message":"You exceeded your current quota","code":"insufficient_quota"}})",
       kNoCredit},
      {429, R"({"error":{"message":"Rate limit reached on tokens per min (TPM): Limit 10",
               "type":"tokens","code":"rate_limit_exceeded"}})",
       kMinuteQuota},
      {429, R"({"error":{"message":"Rate limit reached on requests per day (RPD)."}})", kDayQuota},
      {429, R"({"error":{"message":"Too many requests"}})", kSharedLimit},
      {429, "slow down", kSharedLimit},
      {429,
       R"({"error":{"message":"You exceeded your current quota","code":"rate_limit_exceeded"}})",
       kSharedLimit},
      {429, R"({"error":{"message":"out of today's quota, try again in 18720s",
               "code":"insufficient_quota"}})",
       kDayQuota},
      {402, R"({"error":{"message":"Insufficient credits","code":402}})", kNoCredit},
      {401, R"({"error":{"message":"Incorrect API key provided","code":"invalid_api_key"}})",
       kBadKey},
      {401, R"({"error":{"message":"No cookie auth credentials found","code":401}})",
       kUnauthenticated},
      {403, R"({"error":{"message":"Country, region, or territory not supported",
               "code":"unsupported_country_region_territory"}})",
       kLocation},
      {403, R"({"error":{"message":"You are not allowed to do this"}})", kNotEnabled},
      {404, R"({"error":{"message":"model 'x' not found","type":"not_found_error"}})",
       kUnknownModel},
      {404, R"({"error":"model \"x\" not found, try pulling it first"})", kUnknownModel},
      {404, R"({"object":"error","message":"The model `x` does not exist.","code":404})",
       kUnknownModel},
      {404, R"({"error":{"message":"No endpoints found for x/y model","code":404}})",
       kUnknownModel},
      {404, "404 page not found", kNotServed},
      {404, "<html>404</html>", kGarbage},
      {400, R"({"error":{"message":"x is not a valid model ID","code":400}})", kUnknownModel},
      {503, R"({"error":{"message":"Loading model","type":"unavailable_error","code":503}})",
       kUnavailable},
      {503, R"({"error":{"message":"The server is overloaded"}})", kModelOverloaded},
      {500, R"({"error":{"message":"CUDA error"}})", kInternal},
      {502, "", kUnavailable},
      {504, "", kDeadline},
      {413, "", kTooLarge},
      {400, R"({"error":{"message":"This model's maximum context length is 4096 tokens.",
               "code":"context_length_exceeded"}})",
       kBadRequest},
      {422, R"({"detail":[{"loc":["body","top_k"],"msg":"Extra inputs are not permitted"}]})",
       kBadRequest},
      {200, R"({"error":{"message":"Rate limit reached","code":429}})", kSharedLimit},
      {200, R"({"error":"model is loading"})", kUnavailable},
      {307, "", kRedirect},
  };
  for (const Case& known : cases) {
    EXPECT_EQ(RowOf(Judge(known.status, known.body).trouble).name, RowOf(known.trouble).name)
        << known.status << " " << known.body;
  }
}

TEST(ClassifyOpenAi, ReadsTheDelayWhereverItIs) {
  const auto delay = [](const std::map<std::string, std::string, std::less<>>& headers,
                        const std::string& message = "") {
    return Judge(429, R"({"error":{"message":")" + message + "\"}}", headers).retry_delay;
  };
  EXPECT_EQ(delay({{"retry-after", "20"}}), Duration(20'000));
  EXPECT_EQ(delay({{"retry-after-ms", "1500"}, {"retry-after", "2"}}), Duration(1'500));
  EXPECT_EQ(delay({{"x-ratelimit-remaining-tokens", "0"},
                   {"x-ratelimit-reset-tokens", "7.66s"},
                   {"x-ratelimit-remaining-requests", "9"},
                   {"x-ratelimit-reset-requests", "2m59s"}}),
            Duration(7'660));
  EXPECT_EQ(delay({{"x-ratelimit-remaining-requests", "0"},
                   {"x-ratelimit-reset-requests", "9s"},
                   {"x-ratelimit-remaining-tokens", "0"}}),
            Duration(9'000))
      << "the limit of tokens does not say when it resets";
  EXPECT_EQ(delay({{"x-ratelimit-remaining-requests", "0"},
                   {"x-ratelimit-reset-requests", "5s"},
                   {"x-ratelimit-remaining-tokens", "0"},
                   {"x-ratelimit-reset-tokens", "8s"}}),
            Duration(8'000))
      << "the limit that resets last";
  EXPECT_EQ(delay({}, "Please try again in 6m0s."), Duration(360'000));
  EXPECT_EQ(delay({{"retry-after-ms", "1900"}}), Duration(1'900));
  EXPECT_EQ(delay({{"retry-after-ms", "100000000000"}}), std::nullopt) << "no delay is so long";
  EXPECT_EQ(delay({{"retry-after-ms", "soon"}, {"retry-after", "2"}}), Duration(2'000));
  EXPECT_EQ(delay({{"retry-after-ms", "15x"}}), std::nullopt);
  EXPECT_EQ(delay({}), std::nullopt);
}

TEST(ClassifyOpenAi, NamesAContextThatIsTooLong) {
  for (const char* body :
       {R"({"error":{"message":"too much","code":"context_length_exceeded"}})",
        R"({"error":{"message":"the request exceeds the available context size: context length"}})",
        R"({"object":"error","message":"This model's maximum context length is 10 tokens"})"}) {
    EXPECT_EQ(Judge(400, body).error.reason, "context_length_exceeded") << body;
    EXPECT_EQ(Judge(400, body).repair, protocol::Repair::kNone) << body;
  }
}

TEST(ClassifyOpenAi, FindsTheRepair) {
  using enum protocol::Repair;
  struct Refused {
    const char* body;
    protocol::Repair repair;
    const char* field;
  };
  const Refused cases[] = {
      {R"({"error":{"message":"Unrecognized request argument supplied: top_k"}})", kOmitField,
       "top_k"},
      {R"({"error":{"message":"property 'prompt_cache_key' is unsupported"}})", kOmitField,
       "prompt_cache_key"},
      {R"({"detail":[{"loc":["body","min_p"],"msg":"Extra inputs are not permitted"}]})",
       kOmitField, "min_p"},
      {R"({"error":{"message":"Unsupported parameter: 'max_tokens' is not supported with this )"
       R"(model. Use 'max_completion_tokens' instead.","param":"max_tokens"}})",
       kRenameMaxTokens, "max_tokens"},
      {R"({"error":{"message":"response_format is not supported"}})", kTellFormat, ""},
      {R"({"error":"\"gemma\" does not support thinking"})", kOmitThinking, ""},
      {R"({"error":{"message":"Invalid 'tools[0].function.name'","param":"tools[0]"}})", kNone,
       "tools[0]"},
  };
  for (const Refused& known : cases) {
    const Failure failure = Judge(400, known.body);
    EXPECT_EQ(protocol::RepairName(failure.repair), protocol::RepairName(known.repair))
        << known.body;
    if (known.field[0] != '\0') {
      EXPECT_EQ(failure.refused_field, known.field) << known.body;
    }
  }
}

}  // namespace
}  // namespace agm::upstream
