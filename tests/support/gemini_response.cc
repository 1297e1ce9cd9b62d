#include "tests/support/gemini_response.h"

#include <map>
#include <utility>
#include <variant>

#include "core/base/json_writer.h"

namespace agm::test {
namespace {

std::string_view FinishName(chat::FinishReason reason) {
  switch (reason) {
    case chat::FinishReason::kStop:
    case chat::FinishReason::kToolCalls:
      return "STOP";
    case chat::FinishReason::kLength:
      return "MAX_TOKENS";
    case chat::FinishReason::kContentFilter:
      return "SAFETY";
  }
  return "STOP";
}

void Sign(JsonWriter& json, std::string_view signature) {
  if (!signature.empty()) json.Key("thoughtSignature").String(signature);
}

void WritePart(JsonWriter& json, const chat::Block& block) {
  if (const auto* text = std::get_if<chat::Text>(&block)) {
    json.Object().Key("text").String(text->text);
    Sign(json, text->signature);
    json.EndObject();
  } else if (const auto* thought = std::get_if<chat::Thought>(&block)) {
    json.Object().Key("text").String(thought->text).Key("thought").Bool(true);
    Sign(json, thought->signature);
    json.EndObject();
  } else if (const auto* refusal = std::get_if<chat::Refusal>(&block)) {
    json.Object().Key("text").String(refusal->text).EndObject();
  } else if (const auto* call = std::get_if<chat::ToolCall>(&block)) {
    json.Object().Key("functionCall").Object().Key("id").String(call->id);
    json.Key("name").String(call->name).Key("args");
    if (call->kind == chat::ToolKind::kCustom) {
      json.Object().Key("input").String(call->arguments).EndObject();
    } else {
      json.Raw(call->arguments.empty() ? std::string_view("{}") : call->arguments);
    }
    json.EndObject();
    Sign(json, call->signature);
    json.EndObject();
  } else if (const auto* media = std::get_if<chat::Media>(&block)) {
    json.Object().Key("inlineData").Object().Key("mimeType").String(media->mime);
    json.Key("data").String(media->data).EndObject();
    Sign(json, media->signature);
    json.EndObject();
  } else if (const auto* opaque = std::get_if<chat::Opaque>(&block)) {
    if (opaque->dialect == "gemini") json.Raw(opaque->body);
  }
}

void WriteTokens(JsonWriter& json, std::string_view token, double logprob) {
  json.Object().Key("token").String(token).Key("logProbability").Double(logprob).EndObject();
}

void WriteLogprobs(JsonWriter& json, const std::vector<chat::TokenLogprob>& tokens) {
  if (tokens.empty()) return;
  json.Key("logprobsResult").Object().Key("chosenCandidates").Array();
  for (const chat::TokenLogprob& token : tokens) WriteTokens(json, token.token, token.logprob);
  json.EndArray().Key("topCandidates").Array();
  for (const chat::TokenLogprob& token : tokens) {
    json.Object().Key("candidates").Array();
    for (const chat::Alternative& other : token.top) WriteTokens(json, other.token, other.logprob);
    json.EndArray().EndObject();
  }
  json.EndArray().EndObject();
}

void WriteUsage(JsonWriter& json, const chat::Usage& usage) {
  if (!usage.known) return;
  json.Key("usageMetadata").Object().Key("promptTokenCount").Int(usage.input);
  json.Key("candidatesTokenCount").Int(usage.output - usage.thoughts);
  json.Key("totalTokenCount").Int(usage.input + usage.output);
  if (usage.cached > 0) json.Key("cachedContentTokenCount").Int(usage.cached);
  if (usage.thoughts > 0) json.Key("thoughtsTokenCount").Int(usage.thoughts);
  json.EndObject();
}

}  // namespace

Result<chat::Response> ReadGeminiResponse(std::string_view body, protocol::IdSource ids,
                                          protocol::GeminiReading reading) {
  protocol::GeminiStreamReader reader(std::move(ids), std::move(reading));
  chat::Fold fold;
  reader.Push(body);
  reader.Close();
  while (auto event = reader.Next()) fold.Add(*std::move(event));
  return std::move(fold).Finish();
}

std::string WriteGeminiResponse(const chat::Response& response) {
  std::string out;
  JsonWriter json(out);
  json.Object().Key("candidates").Array();
  for (const chat::Choice& choice : response.choices) {
    json.Object().Key("content").Object().Key("parts").Array();
    for (const chat::Block& block : choice.blocks) WritePart(json, block);
    json.EndArray().Key("role").String("model").EndObject();
    json.Key("finishReason").String(FinishName(choice.finish));
    if (choice.index > 0) json.Key("index").Int(choice.index);
    WriteLogprobs(json, choice.logprobs);
    json.EndObject();
  }
  json.EndArray();
  WriteUsage(json, response.usage);
  if (!response.model_version.empty()) json.Key("modelVersion").String(response.model_version);
  if (!response.id.empty()) json.Key("responseId").String(response.id);
  json.EndObject();
  return out;
}

}  // namespace agm::test
