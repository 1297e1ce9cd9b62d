#include "core/protocol/openai/choice.h"

#include "core/base/base64.h"
#include "core/base/json_doc.h"
#include "core/protocol/shared/wav.h"

namespace agm::protocol {
namespace {

void WriteToken(JsonWriter& json, std::string_view token, double logprob) {
  json.Key("token").String(token).Key("logprob").Double(logprob).Key("bytes").Array();
  for (const char c : token) json.Int(static_cast<unsigned char>(c));
  json.EndArray();
}

bool WantsPcm(const chat::Request* request) {
  if (request == nullptr) return false;
  const auto audio = request->extra.find("openai.audio");
  if (audio == request->extra.end()) return false;
  const auto doc = JsonDoc::Parse(audio->second);
  return doc && doc->root()["format"].equals("pcm16");
}

}  // namespace

std::string ChatId(const Reply& reply) { return "chatcmpl-" + reply.id; }

void WriteFingerprint(std::string& out, std::string_view model_version) {
  if (model_version.empty()) {
    out += "null";
  } else {
    AppendJsonString(out, model_version);
  }
}

std::string_view OpenAiFinishName(chat::FinishReason reason, bool functions) {
  switch (reason) {
    case chat::FinishReason::kStop:
      return "stop";
    case chat::FinishReason::kLength:
      return "length";
    case chat::FinishReason::kToolCalls:
      return functions ? "function_call" : "tool_calls";
    case chat::FinishReason::kContentFilter:
      return "content_filter";
  }
  return "stop";
}

void AppendOpenAiUsage(std::string& out, const chat::Usage& usage) {
  JsonWriter json(out);  // starts at the end of `out`, so it writes no comma
  json.Object();
  json.Key("prompt_tokens").Int(usage.input);
  json.Key("completion_tokens").Int(usage.output);
  json.Key("total_tokens").Int(usage.input + usage.output);
  json.Key("prompt_tokens_details").Object().Key("cached_tokens").Int(usage.cached);
  json.Key("audio_tokens").Int(usage.input_audio);
  if (usage.input_image > 0) json.Key("image_tokens").Int(usage.input_image);
  json.EndObject();
  json.Key("completion_tokens_details").Object().Key("reasoning_tokens").Int(usage.thoughts);
  json.Key("audio_tokens").Int(usage.output_audio);
  if (usage.output_image > 0) json.Key("image_tokens").Int(usage.output_image);
  json.Key("accepted_prediction_tokens").Int(0).Key("rejected_prediction_tokens").Int(0);
  json.EndObject().EndObject();
}

void WriteOpenAiExtra(JsonWriter& json, const chat::Extra& extra) {
  constexpr std::string_view kPrefix = "openai.";
  for (const auto& [key, value] : extra) {
    if (key.starts_with(kPrefix)) json.Key(key.substr(kPrefix.size())).Raw(value);
  }
}

void WriteSignature(JsonWriter& json, std::string_view signature) {
  if (signature.empty()) return;
  json.Key("extra_content").Object().Key("google").Object();
  json.Key("thought_signature").String(signature).EndObject().EndObject();
}

void WriteOpenAiCall(JsonWriter& json, const chat::ToolCall& call, int index) {
  json.Object();
  if (index >= 0) json.Key("index").Int(index);
  json.Key("id").String(call.id);
  if (call.kind == chat::ToolKind::kCustom) {
    json.Key("type").String("custom").Key("custom").Object();
    json.Key("name").String(call.name).Key("input").String(call.arguments).EndObject();
  } else {
    json.Key("type").String("function").Key("function").Object();
    json.Key("name").String(call.name).Key("arguments");
    json.String(call.arguments.empty() ? std::string_view("{}") : call.arguments).EndObject();
  }
  WriteSignature(json, call.signature);
  json.EndObject();
}

void WriteOpenAiCallPiece(JsonWriter& json, int index, std::string_view arguments,
                          std::string_view signature) {
  json.Object().Key("index").Int(index);
  if (!arguments.empty()) {
    json.Key("function").Object().Key("arguments").String(arguments).EndObject();
  }
  WriteSignature(json, signature);
  json.EndObject();
}

void WriteAnnotations(JsonWriter& json, const std::vector<chat::Citation>& citations) {
  json.Array();
  for (const chat::Citation& citation : citations) {
    json.Object().Key("type").String("url_citation").Key("url_citation").Object();
    json.Key("start_index").Int(citation.start).Key("end_index").Int(citation.end);
    json.Key("url").String(citation.url).Key("title").String(citation.title);
    json.EndObject().EndObject();
  }
  json.EndArray();
}

void WriteImage(JsonWriter& json, const chat::Media& media, int index) {
  json.Object();
  if (index >= 0) json.Key("index").Int(index);
  json.Key("type").String("image_url").Key("image_url").Object();
  json.Key("url").String("data:" + media.mime + ";base64," + media.data).EndObject();
  WriteSignature(json, media.signature);
  json.EndObject();
}

void WriteAudio(JsonWriter& json, const chat::Media& media, std::string_view id,
                std::int64_t created, const chat::Request* request) {
  constexpr std::int64_t kLife = 3600;
  json.Object().Key("id").String(id).Key("data");
  json.String(IsPcm(media.mime) && !WantsPcm(request) ? WavFromPcm(media.data, media.mime)
                                                      : media.data);
  json.Key("expires_at").Int(created + kLife).Key("transcript").String("").EndObject();
}

void WriteLogprobs(JsonWriter& json, const std::vector<chat::TokenLogprob>& tokens) {
  if (tokens.empty()) {
    json.Null();
    return;
  }
  json.Object().Key("content").Array();
  for (const chat::TokenLogprob& token : tokens) {
    json.Object();
    WriteToken(json, token.token, token.logprob);
    json.Key("top_logprobs").Array();
    for (const chat::Alternative& other : token.top) {
      json.Object();
      WriteToken(json, other.token, other.logprob);
      json.EndObject();
    }
    json.EndArray().EndObject();
  }
  json.EndArray().Key("refusal").Null().EndObject();
}

bool SpeaksFunctions(const chat::Request* request) {
  return request != nullptr && request->style == "functions";
}

}  // namespace agm::protocol
