// The limits of generationConfig, at the last value that Google takes and the first it refuses.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "core/base/json_doc.h"
#include "core/mock/checks.h"

namespace agm::mock {
namespace {

struct Rules {
  bool vertex = false;
  bool strict = false;
};

/// Why a request is refused; empty if it is taken.
std::string Refusal(std::string_view model, std::string_view request, Rules rules = {}) {
  const auto found = FindModel(model, true);
  const auto doc = JsonDoc::Parse(request);
  EXPECT_TRUE(found && doc) << model << " " << request;
  if (!found || !doc) return "not checked";
  Complaints complaints;
  CheckConfig({*found, rules.vertex, rules.strict}, doc->root(), complaints);
  EXPECT_EQ(complaints.any(), complaints.error().has_value());
  return complaints.any() ? complaints.error()->message : "";
}

std::string Of(std::string_view model, std::string_view config, Rules rules = {}) {
  return Refusal(model, fmt::format(R"({{"generationConfig":{{{}}}}})", config), rules);
}

void ExpectTaken(std::string_view model, std::initializer_list<const char*> configs) {
  for (const char* config : configs) EXPECT_EQ(Of(model, config), "") << config;
}

void ExpectRefused(std::string_view model, std::initializer_list<const char*> configs,
                   std::string_view why) {
  for (const char* config : configs) {
    const std::string said = Of(model, config);
    EXPECT_NE(said.find(why), std::string::npos) << config << ": " << said;
  }
}

constexpr std::string_view kFlash = "gemini-2.5-flash";

TEST(CheckConfig, TakesSamplingUpToItsLimits) {
  ExpectTaken(kFlash, {R"("temperature":0)", R"("temperature":2)", R"("topP":0)", R"("topP":1)",
                       R"("topK":1)"});
  ExpectRefused(kFlash, {R"("temperature":-0.1)", R"("temperature":2.01)"}, "[0.0, 2.0]");
  ExpectRefused(kFlash, {R"("topP":-0.1)", R"("topP":1.01)"}, "[0.0, 1.0]");
  ExpectRefused(kFlash, {R"("topK":0)", R"("topK":-1)"}, "top_k must be positive");
}

TEST(CheckConfig, TakesLogprobsUpToTwentyWhereTheyAreAskedFor) {
  ExpectTaken(kFlash, {R"("responseLogprobs":true,"logprobs":0)",
                       R"("responseLogprobs":true,"logprobs":20)", R"("responseLogprobs":true)"});
  ExpectRefused(
      kFlash,
      {R"("responseLogprobs":true,"logprobs":21)", R"("responseLogprobs":true,"logprobs":-1)"},
      "[0, 20]");
  ExpectRefused(kFlash, {R"("logprobs":1)", R"("responseLogprobs":false,"logprobs":1)"},
                "response_logprobs is true");
}

TEST(CheckConfig, GivesLogprobsByFamilyAndService) {
  const std::string_view config = R"("responseLogprobs":true)";
  EXPECT_EQ(Of("gemini-3.1-pro-preview", config), "");
  EXPECT_NE(Of("gemini-3.5-flash", config), "");
  EXPECT_NE(Of(kFlash, config, {.strict = true}), "");
  EXPECT_EQ(Of(kFlash, config, {.vertex = true, .strict = true}), "");
}

TEST(CheckConfig, BoundsStopsAndLengths) {
  ExpectTaken(kFlash, {R"("stopSequences":["1","2","3","4","5"])", R"("maxOutputTokens":1)",
                       R"("maxOutputTokens":65536)"});
  ExpectRefused(kFlash, {R"("stopSequences":["1","2","3","4","5","6"])"}, "must not exceed 5");
  ExpectRefused(kFlash, {R"("stopSequences":["a",""])"}, "must not be empty");
  ExpectRefused(kFlash, {R"("maxOutputTokens":0)"}, "must be positive");
  ExpectRefused(kFlash, {R"("maxOutputTokens":65537)"}, "from 1 (inclusive) to 65537 (exclusive)");
}

TEST(CheckConfig, BoundsPenalties) {
  ExpectTaken(kFlash, {R"("presencePenalty":-2)", R"("frequencyPenalty":1.99)"});
  ExpectRefused(kFlash, {R"("presencePenalty":-2.1)", R"("frequencyPenalty":2)"}, "[-2.0, 2.0)");
  ExpectTaken("gemini-3-flash-preview", {R"("presencePenalty":0)"});
  ExpectRefused("gemini-3-flash-preview", {R"("presencePenalty":0.1)"}, "Penalty is not enabled");
  EXPECT_NE(Of(kFlash, R"("presencePenalty":0.1)", {.strict = true}), "");
  EXPECT_EQ(Of(kFlash, R"("presencePenalty":0)", {.strict = true}), "");
}

TEST(CheckConfig, BoundsCandidates) {
  ExpectTaken(kFlash, {R"("candidateCount":1)", R"("candidateCount":8)"});
  ExpectRefused(kFlash, {R"("candidateCount":0)", R"("candidateCount":9)"}, "[1, 8]");
  ExpectTaken("gemini-3-flash-preview", {R"("candidateCount":1)"});
  ExpectRefused("gemini-3-flash-preview", {R"("candidateCount":2)"}, "Multiple candidates");
  ExpectRefused("gemini-2.5-flash-image-x", {R"("candidateCount":2)"}, "Multiple candidates");
}

TEST(CheckConfig, WantsJsonForASchema) {
  ExpectTaken(kFlash,
              {R"("responseMimeType":"")", R"("responseMimeType":"text/plain")",
               R"("responseMimeType":"application/json","responseSchema":{"type":"STRING"})",
               R"("responseMimeType":"text/x.enum","responseSchema":{"type":"STRING"})",
               R"("responseMimeType":"application/json","responseJsonSchema":{})",
               R"("responseMimeType":"application/json","_responseJsonSchema":{})"});
  ExpectRefused(kFlash,
                {R"("responseSchema":{"type":"STRING"})", R"("responseJsonSchema":{})",
                 R"("responseMimeType":"text/plain","_responseJsonSchema":{})"},
                "only allowed when response_mime_type");
  ExpectRefused(kFlash,
                {R"("responseMimeType":"application/json","responseSchema":{"type":"STRING"},)"
                 R"("_responseJsonSchema":{})"},
                "mutually exclusive");
  ExpectRefused(kFlash, {R"("responseMimeType":"application/json","responseSchema":{})"},
                "response_schema.type");
  ExpectRefused(kFlash, {R"("responseMimeType":"application/json","responseJsonSchema":[])"},
                "response_json_schema");
  ExpectRefused("gemini-3-pro-image", {R"("responseMimeType":"application/json")"},
                "JSON mode is not enabled");
}

TEST(CheckConfig, RefusesJsonBesideFunctionsOfOldModelsOnly) {
  const auto beside = [](std::string_view model, std::string_view tools) {
    return Refusal(model, fmt::format(R"({{"tools":[{}],"generationConfig":)"
                                      R"({{"responseMimeType":"application/json"}}}})",
                                      tools));
  };
  const std::string_view functions = R"({"functionDeclarations":[{"name":"f"}]})";
  EXPECT_NE(beside(kFlash, functions), "");
  EXPECT_NE(beside(kFlash, R"({"functionDeclarations":[{"name":"f"}]},{"urlContext":{}})"), "");
  EXPECT_EQ(beside(kFlash, R"({"functionDeclarations":[]},{"urlContext":{}})"), "");
  EXPECT_EQ(beside("gemini-3-flash-preview", functions), "");
}

TEST(CheckConfig, GivesOnlyTheModalitiesOfAModel) {
  ExpectTaken(kFlash, {R"("responseModalities":["TEXT"])"});
  ExpectRefused(kFlash, {R"("responseModalities":["IMAGE"])", R"("responseModalities":["AUDIO"])"},
                "response modalities");
  ExpectTaken("gemini-3-pro-image",
              {R"("responseModalities":["TEXT","IMAGE"])", R"("responseModalities":["IMAGE"])"});
  ExpectRefused("gemini-3-pro-image", {R"("responseModalities":["AUDIO"])"}, "AUDIO");
  ExpectTaken("gemini-3.8-flash-tts", {R"("responseModalities":["AUDIO"])"});
  ExpectRefused("gemini-3.8-flash-tts",
                {R"("topP":1)", R"("responseModalities":["TEXT"])",
                 R"("responseModalities":["AUDIO","TEXT"])"},
                "modalities");
}

TEST(CheckConfig, KnowsTheSizesOfPictures) {
  ExpectTaken("gemini-3-pro-image",
              {R"("imageConfig":{"imageSize":"1K"})", R"("imageConfig":{"imageSize":"4K"})",
               R"("imageConfig":{"aspectRatio":"21:9"})", R"("imageConfig":{})"});
  ExpectRefused("gemini-3-pro-image", {R"("imageConfig":{"imageSize":"8K"})"}, "image size '8K'");
  ExpectTaken("gemini-3.1-flash-lite-image", {R"("imageConfig":{"imageSize":"1K"})"});
  ExpectRefused("gemini-3.1-flash-lite-image", {R"("imageConfig":{"imageSize":"2K"})"}, "'2K'");
  ExpectTaken("gemini-2.5-flash-image", {R"("imageConfig":{"imageSize":"1K"})"});
  ExpectRefused("gemini-2.5-flash-image", {R"("imageConfig":{"imageSize":"2K"})"}, "'2K'");
  ExpectRefused(kFlash, {R"("imageConfig":{"aspectRatio":"1:1"})"}, "Image config");
}

TEST(CheckConfig, BoundsTheThinkingBudget) {
  const auto budget = [](std::string_view model, int tokens) {
    return Of(model, fmt::format(R"("thinkingConfig":{{"thinkingBudget":{}}})", tokens));
  };
  for (const int fine : {-1, 0, 1, 24'576}) EXPECT_EQ(budget(kFlash, fine), "") << fine;
  for (const int odd : {-2, 24'577}) {
    EXPECT_NE(budget(kFlash, odd).find("between 0 and 24576"), std::string::npos) << odd;
  }
  for (const int fine : {-1, 128, 32'768}) EXPECT_EQ(budget("gemini-2.5-pro", fine), "") << fine;
  for (const int odd : {1, 127, 32'769}) {
    EXPECT_NE(budget("gemini-2.5-pro", odd).find("between 128 and 32768"), std::string::npos);
  }
  EXPECT_NE(budget("gemini-2.5-pro", 0).find("Budget 0"), std::string::npos);
  EXPECT_NE(budget("gemini-2.5-flash-lite", 511), "");
  EXPECT_EQ(budget("gemini-2.5-flash-lite", 512), "");
  EXPECT_NE(budget("gemini-4-neon", 5).find("Use thinking level"), std::string::npos);
  EXPECT_NE(budget("gemma-4-31b-it", 5).find("Use thinking level"), std::string::npos);
  EXPECT_EQ(budget("gemini-3-pro-image", 5), "Thinking is not enabled for this model");
}

TEST(CheckConfig, KnowsTheLevelsOfEachModel) {
  const auto takes = [](std::string_view model, std::string_view level) {
    return Of(model, fmt::format(R"("thinkingConfig":{{"thinkingLevel":"{}"}})", level)).empty();
  };
  for (const char* level : {"MINIMAL", "LOW", "MEDIUM", "HIGH", "THINKING_LEVEL_UNSPECIFIED"}) {
    EXPECT_TRUE(takes("gemini-3-flash-preview", level)) << level;
  }
  EXPECT_FALSE(takes("gemini-3-flash-preview", "XHIGH"));
  EXPECT_TRUE(takes("gemini-4-neon", "XHIGH"));
  EXPECT_FALSE(takes("gemini-4-neon", "MINIMAL"));
  EXPECT_FALSE(takes(kFlash, "LOW"));
  EXPECT_TRUE(takes(kFlash, "THINKING_LEVEL_UNSPECIFIED"));
  ExpectTaken("gemini-3-pro-image", {R"("thinkingConfig":{})"});
}

TEST(CheckConfig, TakesOneSafetySettingForEachCategory) {
  const std::string_view one = R"({"category":"HARM_CATEGORY_HARASSMENT"})";
  const std::string_view other = R"({"category":"HARM_CATEGORY_HATE_SPEECH"})";
  const auto refused = [](std::string_view a, std::string_view b) {
    return Refusal(kFlash, fmt::format(R"({{"safetySettings":[{},{}]}})", a, b));
  };
  EXPECT_EQ(refused(one, other), "");
  EXPECT_NE(refused(one, one).find("more than one setting"), std::string::npos);
}

TEST(CheckConfig, DeniesCachesThatItDoesNotHave) {
  const auto refused = [](std::string_view model, std::string_view name) {
    return Refusal(model, fmt::format(R"({{"cachedContent":"{}"}})", name));
  };
  EXPECT_EQ(refused(kFlash, ""), "");
  EXPECT_NE(refused(kFlash, "my-cache").find("invalid cached content name"), std::string::npos);
  EXPECT_NE(refused(kFlash, "cachedContents/x").find("not found"), std::string::npos);
  EXPECT_NE(refused("gemini-4-neon", "cachedContents/x").find("not supported"), std::string::npos);
}

}  // namespace
}  // namespace agm::mock
