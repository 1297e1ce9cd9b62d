#include "core/protocol/gemini/repair.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/protocol/gemini/request.h"
#include "core/protocol/openai/chat_request.h"

namespace agm::protocol {
namespace {

using testing::HasSubstr;
using testing::Not;

// A request that has something of everything that can be repaired.
constexpr std::string_view kRich = R"({"model":"m","messages":[
  {"role":"system","content":"be terse"},{"role":"user","content":"x"},
  {"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":"f",
   "arguments":"{}"},"extra_content":{"google":{"thought_signature":"c2ln"}}}]},
  {"role":"tool","tool_call_id":"c","content":"r"}],
  "tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":
   {"a":{"type":"string","enum":["","b"],"format":"uri"},"l":{"type":"array"}},
   "required":["a","gone"]}}}],
  "response_format":{"type":"json_schema","json_schema":{"name":"r","schema":
   {"type":"object","properties":{"e":{"type":"string","enum":["","z"]}}}}},
  "temperature":0.5,"top_p":0.25,"top_k":7,"max_tokens":99,"seed":5,"stop":["END"],
  "presence_penalty":1,"frequency_penalty":1,"logprobs":true,"top_logprobs":3,
  "service_tier":"priority","reasoning_effort":"minimal"})";

// A model that takes all of it.
ModelTraits Everything() {
  ModelTraits traits = TraitsOf("gemini-3-flash-preview");
  traits.penalties = true;
  traits.logprobs = true;
  return traits;
}

std::string Written(std::string_view body, const ModelTraits& traits, Repair repair) {
  auto request = ReadOpenAiChatRequest(body);
  if (!request) return request.error().message;
  GeminiWriteOptions options;
  options.repair = repair;
  auto written = WriteGeminiRequest(*request, traits, options);
  return written ? written->body : written.error().message;
}

struct Case {
  Repair repair;
  std::vector<std::string> gone;   ///< in the request as it is, but not in the repaired one
  std::vector<std::string> there;  ///< in the repaired one
};

TEST(GeminiRepair, ChangesTheOneThingThatWasRefused) {
  using enum Repair;
  const std::vector<Case> cases = {
      {kReplaceSignatures, {"c2ln"}, {"skip_thought_signature_validator"}},
      {kLowerTools,
       {R"(["","b"])", R"("uri")", R"("gone")", "parametersJsonSchema"},
       {R"("items")", R"(["","z"])", "responseJsonSchema"}},
      {kLowerFormat, {R"(["","z"])", "responseJsonSchema"}, {R"(["","b"])", "responseSchema"}},
      {kLowerSchemas, {R"(["","z"])", R"(["","b"])"}, {"responseSchema", R"("parameters")"}},
      {kTellFormat, {"responseMimeType", "responseJsonSchema"}, {"conforms to this JSON Schema"}},
      {kMoveSystem, {"systemInstruction"}, {"be terse"}},
      {kNearestThinking, {"MINIMAL"}, {R"("thinkingLevel":"LOW")"}},
      {kOmitThinking, {"thinkingConfig"}, {}},
      {kOmitPenalties, {"presencePenalty", "frequencyPenalty"}, {"temperature"}},
      {kOmitLogprobs, {"responseLogprobs", R"("logprobs")"}, {"temperature"}},
      {kOmitServiceTier, {"serviceTier"}, {"temperature"}},
      {kOmitTemperature, {"temperature"}, {"topP"}},
      {kOmitTopP, {"topP"}, {"topK"}},
      {kOmitTopK, {"topK"}, {"topP"}},
      {kOmitMaxTokens, {"maxOutputTokens"}, {"topP"}},
      {kOmitSeed, {"seed"}, {"topP"}},
      {kOmitStops, {"stopSequences"}, {"topP"}},
  };
  const std::string whole = Written(kRich, Everything(), kNone);
  for (const Case& c : cases) {
    SCOPED_TRACE(RepairName(c.repair));
    const std::string repaired = Written(kRich, Everything(), c.repair);
    for (const std::string& gone : c.gone) {
      EXPECT_THAT(whole, HasSubstr(gone));
      EXPECT_THAT(repaired, Not(HasSubstr(gone)));
    }
    for (const std::string& there : c.there) EXPECT_THAT(repaired, HasSubstr(there));
  }
}

TEST(GeminiRepair, LeavesThePictureAsTheModelLikes) {
  constexpr std::string_view kPicture =
      R"({"model":"m","messages":[{"role":"user","content":"x"}],)"
      R"("image_config":{"aspect_ratio":"16:9"}})";
  const ModelTraits traits = TraitsOf("gemini-3-pro-image");
  EXPECT_THAT(Written(kPicture, traits, Repair::kNone), HasSubstr("16:9"));
  EXPECT_THAT(Written(kPicture, traits, Repair::kOmitPicture), Not(HasSubstr("16:9")));
}

TEST(GeminiRepair, TakesTheNearestThinking) {
  const auto nearest = [](ThinkingSetting setting) {
    return Repaired(setting, Repair::kNearestThinking);
  };
  EXPECT_EQ(nearest({0, {}}), (ThinkingSetting{512, {}}));
  EXPECT_EQ(nearest({99'999, {}}), ThinkingSetting{});
  EXPECT_EQ(nearest({std::nullopt, "MINIMAL"}), (ThinkingSetting{std::nullopt, "LOW"}));
  EXPECT_EQ(nearest({std::nullopt, "LOW"}), (ThinkingSetting{std::nullopt, "HIGH"}));
  EXPECT_EQ(nearest({std::nullopt, "MEDIUM"}), (ThinkingSetting{std::nullopt, "HIGH"}));
  EXPECT_EQ(nearest({std::nullopt, "XHIGH"}), (ThinkingSetting{std::nullopt, "HIGH"}));
  EXPECT_EQ(nearest({std::nullopt, "HIGH"}), ThinkingSetting{});
}

}  // namespace
}  // namespace agm::protocol
