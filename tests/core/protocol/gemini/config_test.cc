#include "core/protocol/gemini/config.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.h"
#include "core/protocol/gemini/request.h"
#include "core/protocol/gemini/tools.h"

namespace agm::protocol {
namespace {

chat::Request Asking() {
  chat::Request request;
  chat::Message message;
  message.blocks.emplace_back(chat::Text{"hi", {}, {}});
  request.messages.push_back(message);
  return request;
}

struct Written {
  std::string config;   ///< the text of "generationConfig"; empty: none
  std::string dropped;  ///< one line each
  int calls = 0;
};

Written For(std::string_view model, const chat::Request& request,
            const GeminiWriteOptions& options = {}) {
  auto made = WriteGeminiRequest(request, TraitsOf(model), options);
  if (!made) return {"refused " + made.error().param + ": " + made.error().message, {}, 0};
  Written out;
  const Json body = Json::parse(made->body);
  if (body.contains("generationConfig")) out.config = body["generationConfig"].dump();
  for (const std::string& item : made->dropped) out.dropped += item + "\n";
  out.calls = made->calls;
  return out;
}

TEST(GeminiConfig, HoldsHowToSample) {
  chat::Request request = Asking();
  chat::Sampling& s = request.sampling;
  s.temperature = 0.5;
  s.top_p = 0.9;
  s.top_k = 40;
  s.max_tokens = 100;
  s.stop = {"a", "b"};
  s.seed = 7;
  EXPECT_EQ(For("gemini-2.5-flash", request).config,
            R"({"temperature":0.5,"topP":0.9,"topK":40,"maxOutputTokens":100,)"
            R"("stopSequences":["a","b"],"seed":7})");
  EXPECT_EQ(For("gemini-2.5-flash", request).dropped, "");
  EXPECT_EQ(For("gemini-2.5-flash", Asking()).config, "");
}

TEST(GeminiConfig, TellsOfSamplingThatTheModelIgnores) {
  constexpr std::string_view kTold = "temperature, top_p, top_k (this model ignores them)\n";
  chat::Request request = Asking();
  EXPECT_EQ(For("gemini-4-neon", request).dropped, "");
  request.sampling.temperature = 0.5;
  EXPECT_EQ(For("gemini-4-neon", request).dropped, kTold);
  EXPECT_EQ(For("gemini-4-neon", request).config, "");
  request.sampling = {};
  request.sampling.top_p = 0.5;
  EXPECT_EQ(For("gemini-4-neon", request).dropped, kTold);
  request.sampling = {};
  request.sampling.top_k = 5;
  EXPECT_EQ(For("gemini-4-neon", request).dropped, kTold);
  EXPECT_EQ(For("gemini-4-neon", request).config, "");
}

TEST(GeminiConfig, LimitsTokensAndStopsToWhatTheModelTakes) {
  chat::Request request = Asking();
  request.sampling.max_tokens = 8192;
  EXPECT_EQ(For("gemini-2.0-flash", request).config, R"({"maxOutputTokens":8192})");
  EXPECT_EQ(For("gemini-2.0-flash", request).dropped, "");
  request.sampling.max_tokens = 8193;
  EXPECT_EQ(For("gemini-2.0-flash", request).config, R"({"maxOutputTokens":8192})");
  EXPECT_EQ(For("gemini-2.0-flash", request).dropped, "max_tokens above the model's limit\n");
  request.sampling = {};
  request.sampling.stop = {"1", "2", "3", "4", "5"};
  EXPECT_EQ(For("gemini-2.0-flash", request).config, R"({"stopSequences":["1","2","3","4","5"]})");
  EXPECT_EQ(For("gemini-2.0-flash", request).dropped, "");
  request.sampling.stop.emplace_back("6");
  EXPECT_EQ(For("gemini-2.0-flash", request).config, R"({"stopSequences":["1","2","3","4","5"]})");
  EXPECT_EQ(For("gemini-2.0-flash", request).dropped, "stop sequences behind the fifth\n");
}

TEST(GeminiConfig, KeepsSeedsOf32BitsAndFoldsLargerOnes) {
  const auto seed = [](std::int64_t value) {
    chat::Request request = Asking();
    request.sampling.seed = value;
    return Json::parse(For("gemini-2.5-flash", request).config)["seed"].get<std::int64_t>();
  };
  for (const std::int64_t kept : {0LL, -1LL, 2147483647LL, -2147483648LL}) {
    EXPECT_EQ(seed(kept), kept);
  }
  for (const std::int64_t large : {2147483648LL, -2147483649LL, 1LL << 40, -(1LL << 40)}) {
    EXPECT_GE(seed(large), 0) << large;
    EXPECT_LE(seed(large), 2147483647) << large;
  }
  EXPECT_NE(seed(1LL << 40), seed(1LL << 41)) << "different seeds stay different";
}

TEST(GeminiConfig, SendsPenaltiesToModelsThatTakeThem) {
  chat::Request request = Asking();
  request.sampling.presence_penalty = 2;
  request.sampling.frequency_penalty = -2;
  EXPECT_EQ(For("gemini-2.0-flash", request).config,
            R"({"presencePenalty":1.99,"frequencyPenalty":-2})");
  EXPECT_EQ(For("gemini-3-flash", request).config, "");
  EXPECT_EQ(For("gemini-3-flash", request).dropped, "presencePenalty\nfrequencyPenalty\n");
  request.sampling.presence_penalty = 0;
  request.sampling.frequency_penalty = 0;
  EXPECT_EQ(For("gemini-3-flash", request).dropped, "") << "0 is what the model does anyway";
}

TEST(GeminiConfig, AsksForLogprobsOrRefusesThem) {
  chat::Request request = Asking();
  request.sampling.top_logprobs = 0;
  EXPECT_EQ(For("gemini-2.5-flash", request).config, R"({"responseLogprobs":true})");
  request.sampling.top_logprobs = 1;
  EXPECT_EQ(For("gemini-2.5-flash", request).config, R"({"responseLogprobs":true,"logprobs":1})");
  EXPECT_EQ(For("gemini-4-neon", request).config, "refused logprobs: this model gives no logprobs");
}

TEST(GeminiConfig, AsksForSeveralAnswersInOneCallWhereTheModelCan) {
  chat::Request request = Asking();
  EXPECT_EQ(For("gemini-2.5-flash", request).config, "");
  EXPECT_EQ(For("gemini-2.5-flash", request).calls, 1);
  request.choices = 8;
  EXPECT_EQ(For("gemini-2.5-flash", request).config, R"({"candidateCount":8})");
  EXPECT_EQ(For("gemini-2.5-flash", request).calls, 1);
  request.choices = 9;
  EXPECT_EQ(For("gemini-2.5-flash", request).config, "");
  EXPECT_EQ(For("gemini-2.5-flash", request).calls, 9);
  request.choices = 2;
  EXPECT_EQ(For("gemini-3-flash", request).config, "");
  EXPECT_EQ(For("gemini-3-flash", request).calls, 2);
}

chat::Request AskingForJson(std::string schema) {
  chat::Request request = Asking();
  request.format.kind =
      schema.empty() ? chat::OutputFormat::kJson : chat::OutputFormat::kJsonSchema;
  request.format.schema = std::move(schema);
  return request;
}

constexpr const char* kList = R"({"type":"array","items":{"type":"string"}})";

TEST(GeminiConfig, WritesTheFormatAsTheModelTakesIt) {
  EXPECT_EQ(For("gemini-3-flash", AskingForJson("")).config,
            R"({"responseMimeType":"application/json"})");
  EXPECT_EQ(
      For("gemini-3-flash", AskingForJson(kList)).config,
      R"({"responseMimeType":"application/json","responseJsonSchema":)" + std::string(kList) + "}");
  EXPECT_EQ(For("gemini-1.5-pro", AskingForJson(kList)).config,
            R"({"responseMimeType":"application/json","responseSchema":)"
            R"({"type":"ARRAY","items":{"type":"STRING"}}})");
  GeminiWriteOptions lower;
  lower.repair = Repair::kLowerFormat;
  EXPECT_EQ(For("gemini-3-flash", AskingForJson(kList), lower).config,
            For("gemini-1.5-pro", AskingForJson(kList)).config);
  lower.repair = Repair::kLowerSchemas;
  EXPECT_EQ(For("gemini-3-flash", AskingForJson(kList), lower).config,
            For("gemini-1.5-pro", AskingForJson(kList)).config);
  lower.repair = Repair::kLowerTools;
  EXPECT_EQ(For("gemini-3-flash", AskingForJson(kList), lower).config,
            For("gemini-3-flash", AskingForJson(kList)).config);
  chat::Request own = AskingForJson(R"({"type":"STRING"})");
  own.format.openapi = true;
  EXPECT_EQ(For("gemini-3-flash", own).config,
            R"({"responseMimeType":"application/json","responseSchema":{"type":"STRING"}})");
  chat::Request any = AskingForJson("");
  any.format.kind = chat::OutputFormat::kJsonSchema;
  EXPECT_EQ(For("gemini-3-flash", any).config, R"({"responseMimeType":"application/json"})");
}

TEST(GeminiConfig, LeavesASchemaToTheModeThatHasNone) {
  chat::Request request = AskingForJson(kList);
  request.format.kind = chat::OutputFormat::kJson;
  EXPECT_EQ(For("gemini-3-flash", request).config, R"({"responseMimeType":"application/json"})");
}

TEST(GeminiConfig, TellsWhatIsMissingFromTheSchema) {
  const chat::Request request = AskingForJson(
      R"({"type":"object","properties":{"a":{"type":"string","not":{"enum":["x"]}}}})");
  EXPECT_NE(For("gemini-1.5-pro", request).dropped.find("response_format.properties.a"),
            std::string::npos)
      << For("gemini-1.5-pro", request).dropped;
}

/// The format in words, as the model reads it; empty: none.
std::string Instruction(std::string_view model, const chat::Request& request) {
  auto made = WriteGeminiRequest(request, TraitsOf(model), {});
  if (!made) return "refused";
  const Json body = Json::parse(made->body);
  if (!body.contains("systemInstruction")) return {};
  return body["systemInstruction"]["parts"][0]["text"].get<std::string>();
}

TEST(GeminiConfig, TellsTheFormatInWordsBesideToolsOfOldModels) {
  chat::Request plain = AskingForJson(R"({ "type": "string" })");
  EXPECT_EQ(Instruction("gemini-2.5-flash", plain), "");
  chat::Request functions = plain;
  functions.tools.emplace_back().name = "f";
  chat::Request hosted = plain;
  hosted.hosted_tools.push_back(chat::HostedTool::kWebSearch);
  chat::Request own = plain;
  own.extra[kGeminiTools] = R"({"enterpriseWebSearch":{}})";
  for (const chat::Request& request : {functions, hosted, own}) {
    EXPECT_EQ(Instruction("gemini-2.5-flash", request),
              "Answer with JSON that conforms to this JSON Schema and nothing else:\n"
              R"({"type":"string"})");
    EXPECT_EQ(For("gemini-2.5-flash", request).config, "");
    EXPECT_EQ(For("gemini-2.5-flash", request).dropped,
              "response format (told in words: the model takes none here)\n");
    EXPECT_EQ(Instruction("gemini-3-flash", request), "");
    EXPECT_NE(For("gemini-3-flash", request).config, "");
  }
  functions.format = {chat::OutputFormat::kJson, {}, {}, false, false};
  EXPECT_EQ(Instruction("gemini-2.5-flash", functions),
            "Answer with one JSON object and nothing else.");
  functions.format = {};
  EXPECT_EQ(Instruction("gemini-2.5-flash", functions), "");
}

TEST(GeminiConfig, AsksForPicturesAndSpeechWhereTheModelMakesThem) {
  chat::Request request = Asking();
  request.modalities = {"text"};
  EXPECT_EQ(For("gemini-3-flash", request).config, "");
  request.modalities = {"text", "image"};
  EXPECT_EQ(For("gemini-3-pro-image", request).config,
            R"({"responseModalities":["TEXT","IMAGE"]})");
  EXPECT_EQ(For("gemini-3-flash", request).config,
            "refused modalities: this model cannot answer with images");
  request.modalities = {"image"};
  EXPECT_EQ(For("gemini-3-pro-image", request).config, R"({"responseModalities":["IMAGE"]})");
  request.modalities = {"audio"};
  EXPECT_EQ(For("gemini-3-flash", request).config,
            "refused modalities: this model cannot answer with audio");
  EXPECT_EQ(For("gemini-3-pro-image", request).config,
            "refused modalities: this model cannot answer with audio");
  EXPECT_EQ(For("gemini-2.5-flash-preview-tts", request).config,
            R"({"responseModalities":["AUDIO"]})");
  request.voice = "alloy";
  EXPECT_EQ(For("gemini-2.5-flash-preview-tts", request).config,
            R"({"responseModalities":["AUDIO"],"speechConfig":)"
            R"({"voiceConfig":{"prebuiltVoiceConfig":{"voiceName":"Kore"}}}})");
  EXPECT_EQ(For("gemini-2.5-flash-preview-tts", Asking()).config,
            R"({"responseModalities":["AUDIO"]})")
      << "a speech model answers with nothing else";
}

TEST(GeminiConfig, SizesPicturesAsTheModelCan) {
  const auto with = [](std::string ratio, std::string size) {
    chat::Request request = Asking();
    request.picture = {std::move(ratio), std::move(size)};
    return request;
  };
  constexpr std::string_view kNone = "image_config (this model draws no pictures)\n";
  EXPECT_EQ(For("gemini-3-flash", with("", "")).dropped, "");
  EXPECT_EQ(For("gemini-3-flash", with("16:9", "")).dropped, kNone);
  EXPECT_EQ(For("gemini-3-flash", with("", "2K")).dropped, kNone);
  EXPECT_EQ(For("gemini-3-flash", with("16:9", "2K")).config, "");
  EXPECT_EQ(For("gemini-3-pro-image", with("", "")).config, "");
  EXPECT_EQ(For("gemini-3-pro-image", with("16:9", "")).config,
            R"({"imageConfig":{"aspectRatio":"16:9"}})");
  EXPECT_EQ(For("gemini-3-pro-image", with("", "2K")).config,
            R"({"imageConfig":{"imageSize":"2K"}})");
  EXPECT_EQ(For("gemini-3-pro-image", with("1:1", "2K")).config,
            R"({"imageConfig":{"aspectRatio":"1:1","imageSize":"2K"}})");
  EXPECT_EQ(For("gemini-3-pro-image", with("1:1", "2K")).dropped, "");
  EXPECT_EQ(For("gemini-2.5-flash-image", with("1:1", "2K")).config,
            R"({"imageConfig":{"aspectRatio":"1:1"}})");
  EXPECT_EQ(For("gemini-2.5-flash-image", with("", "2K")).config, "");
  EXPECT_EQ(For("gemini-2.5-flash-image", with("", "2K")).dropped,
            "picture size (this model draws one size)\n");
  EXPECT_EQ(For("gemini-2.5-flash-image", with("1:1", "")).dropped, "");
}

TEST(GeminiConfig, TellsOfThinkingThatTheModelCannotDo) {
  constexpr std::string_view kTold = "reasoning (this model does not think)\n";
  const auto dropped = [](const chat::Reasoning& reasoning) {
    chat::Request request = Asking();
    request.reasoning = reasoning;
    EXPECT_EQ(For("gemini-2.0-flash", request).config, "");
    return For("gemini-2.0-flash", request).dropped;
  };
  EXPECT_EQ(dropped({}), "");
  EXPECT_EQ(dropped({chat::Effort::kNone, {}, {}}), "");
  EXPECT_EQ(dropped({{}, 0, {}}), "");
  EXPECT_EQ(dropped({{}, {}, true}), "");
  EXPECT_EQ(dropped({chat::Effort::kLow, {}, {}}), kTold);
  EXPECT_EQ(dropped({{}, 100, {}}), kTold);
}

TEST(GeminiConfig, WritesThinkingOnlyWhereItWasAskedFor) {
  const auto config = [](std::string_view model, const chat::Reasoning& reasoning) {
    chat::Request request = Asking();
    request.reasoning = reasoning;
    return For(model, request).config;
  };
  EXPECT_EQ(config("gemini-3-flash", {}), "");
  EXPECT_EQ(config("gemini-3-flash", {{}, {}, false}),
            R"({"thinkingConfig":{"includeThoughts":false}})");
  EXPECT_EQ(config("gemini-3-flash", {chat::Effort::kHigh, {}, {}}),
            R"({"thinkingConfig":{"thinkingLevel":"HIGH"}})");
  EXPECT_EQ(config("gemini-2.5-flash", {{}, 0, {}}), R"({"thinkingConfig":{"thinkingBudget":0}})");
  EXPECT_EQ(config("gemini-2.5-flash", {{}, 600, true}),
            R"({"thinkingConfig":{"includeThoughts":true,"thinkingBudget":600}})");
}

TEST(GeminiConfig, KeepsMembersThatOnlyGeminiHas) {
  chat::Request request = Asking();
  request.extra["gemini.generationConfig.mediaResolution"] = R"("LOW")";
  request.extra["gemini.generationConfig.enableEnhancedCivicAnswers"] = "true";
  request.extra["gemini.labels"] = R"({"a":"b"})";
  EXPECT_EQ(For("gemini-3-flash", request).config,
            R"({"enableEnhancedCivicAnswers":true,"mediaResolution":"LOW"})");
}

}  // namespace
}  // namespace agm::protocol
