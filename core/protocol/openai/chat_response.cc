// { id, object, created, model, choices: [{ index, message, logprobs, finish_reason }], usage }

#include "core/protocol/openai/chat_response.h"

#include <utility>
#include <vector>

#include "core/base/json_writer.h"
#include "core/protocol/openai/choice.h"

namespace agm::protocol {
namespace {

constexpr std::size_t kWithoutContent = 768;  ///< approximate size of a response without its text

/// A choice's blocks, sorted into what a message has room for.
struct Flat {
  std::string text;
  bool has_text = false;
  std::string thoughts;
  std::string refusal;
  std::string signature;  ///< of the last signed text
  std::vector<const chat::ToolCall*> calls;
  std::vector<const chat::Media*> images;
  const chat::Media* audio = nullptr;
};

Flat Flatten(const chat::Choice& choice) {
  Flat flat;
  for (const chat::Block& block : choice.blocks) {
    if (const auto* text = std::get_if<chat::Text>(&block)) {
      flat.text += text->text;
      flat.has_text = true;
      if (!text->signature.empty()) flat.signature = text->signature;
    } else if (const auto* thought = std::get_if<chat::Thought>(&block)) {
      flat.thoughts += thought->text;
    } else if (const auto* refusal = std::get_if<chat::Refusal>(&block)) {
      flat.refusal += refusal->text;
    } else if (const auto* call = std::get_if<chat::ToolCall>(&block)) {
      flat.calls.push_back(call);
    } else if (const auto* media = std::get_if<chat::Media>(&block)) {
      if (media->kind == chat::MediaKind::kAudio) {
        flat.audio = media;
      } else {
        flat.images.push_back(media);
      }
    }
  }
  return flat;
}

// Writes null if there are calls, a refusal or a filter instead of text; "" if a normal response is
// empty.
void WriteContent(JsonWriter& json, const Flat& flat, chat::FinishReason finish) {
  const bool nothing =
      flat.text.empty() && (!flat.calls.empty() || !flat.refusal.empty() || flat.audio != nullptr ||
                            finish == chat::FinishReason::kContentFilter);
  if (nothing) {
    json.Key("content").Null();
  } else {
    json.Key("content").String(flat.text);
  }
}

void WriteCalls(JsonWriter& json, const Flat& flat, bool functions) {
  if (flat.calls.empty()) return;
  if (functions) {
    const chat::ToolCall& call = *flat.calls.front();
    json.Key("function_call").Object().Key("name").String(call.name);
    json.Key("arguments").String(call.arguments.empty() ? "{}" : call.arguments).EndObject();
    return;
  }
  json.Key("tool_calls").Array();
  for (const chat::ToolCall* call : flat.calls) WriteOpenAiCall(json, *call, -1);
  json.EndArray();
}

void WriteMessage(JsonWriter& json, const chat::Choice& choice, const Reply& reply) {
  const Flat flat = Flatten(choice);
  json.Key("message").Object().Key("role").String("assistant");
  WriteContent(json, flat, choice.finish);
  if (flat.refusal.empty()) {
    json.Key("refusal").Null();
  } else {
    json.Key("refusal").String(flat.refusal);
  }
  if (!flat.thoughts.empty()) json.Key("reasoning_content").String(flat.thoughts);
  WriteCalls(json, flat, SpeaksFunctions(reply.request));
  if (!choice.citations.empty()) WriteAnnotations(json.Key("annotations"), choice.citations);
  if (!flat.images.empty()) {
    json.Key("images").Array();
    for (const chat::Media* image : flat.images) WriteImage(json, *image, -1);
    json.EndArray();
  }
  if (flat.audio != nullptr) {
    WriteAudio(json.Key("audio"), *flat.audio, "audio_" + reply.id, reply.created, reply.request);
  }
  WriteSignature(json, flat.signature);
  json.EndObject();
}

}  // namespace

std::string WriteOpenAiChatResponse(const chat::Response& response, const Reply& reply) {
  std::string out;
  out.reserve(kWithoutContent);
  JsonWriter json(out);
  json.Object().Key("id").String(ChatId(reply)).Key("object").String("chat.completion");
  json.Key("created").Int(reply.created).Key("model").String(reply.model);
  json.Key("system_fingerprint");
  WriteFingerprint(out, response.model_version);
  json.Key("choices").Array();
  for (const chat::Choice& choice : response.choices) {
    json.Object().Key("index").Int(choice.index);
    WriteMessage(json, choice, reply);
    WriteLogprobs(json.Key("logprobs"), choice.logprobs);
    json.Key("finish_reason");
    json.String(OpenAiFinishName(choice.finish, SpeaksFunctions(reply.request))).EndObject();
  }
  json.EndArray().Key("usage");
  AppendOpenAiUsage(out, response.usage);
  WriteOpenAiExtra(json, response.extra);
  json.EndObject();
  return out;
}

}  // namespace agm::protocol
