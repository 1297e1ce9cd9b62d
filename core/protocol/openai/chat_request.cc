#include "core/protocol/openai/chat_request.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "core/base/ascii.h"
#include "core/base/json_doc.h"
#include "core/base/json_writer.h"
#include "core/protocol/openai/input.h"
#include "core/protocol/openai/messages.h"
#include "core/protocol/openai/sampling.h"
#include "core/protocol/openai/tools.h"
#include "core/protocol/shared/fields.h"
#include "core/protocol/shared/reasoning.h"

namespace agm::protocol {
namespace {

void ReadLogprobs(JsonView body, Fields& fields, chat::Request& request) {
  const bool wanted = fields.Bool(body, "logprobs", {}).value_or(false);
  const auto top = fields.Integer(body, "top_logprobs", {}, {0, 20});
  if (top && !wanted) {
    fields.Refuse("invalid_value", FieldPath("top_logprobs"),
                  "allowed only where logprobs is true");
  }
  if (wanted) request.sampling.top_logprobs = top.value_or(0);
}

void ReadServiceTier(JsonView body, Fields& fields, chat::Request& request) {
  const std::string tier = fields.Text(body, "service_tier", {});
  if (tier == "flex") {
    request.service_tier = "flex";
  } else if (tier == "priority" || tier == "fast") {
    request.service_tier = "priority";
  } else if (!tier.empty() && tier != "auto" && tier != "default" && tier != "scale" &&
             tier != "standard") {
    fields.Refuse("invalid_value", FieldPath("service_tier"),
                  fmt::format("expected auto, default, flex or priority, found \"{}\"", tier));
  }
}

void ReadModalities(JsonView body, Fields& fields, chat::Request& request) {
  const FieldPath at("modalities");
  bool more = false;
  std::size_t index = 0;
  for (const JsonView item : fields.Get(body, "modalities", JsonKind::kArray, {}).items()) {
    const FieldPath inner(at, index++);
    if (!item.equals("text") && !item.equals("audio") && !item.equals("image")) {
      fields.Refuse("invalid_value", inner, "expected text, audio or image");
      return;
    }
    more = more || !item.equals("text");
    request.modalities.push_back(item.text());
  }
  if (!more) request.modalities.clear();
  const JsonView audio = fields.Get(body, "audio", JsonKind::kObject, {});
  if (!audio) return;
  const JsonView voice = audio["voice"];
  request.voice = voice.is(JsonKind::kObject) ? voice["id"].text() : voice.text();
  request.extra["openai.audio"] = audio.raw();
}

// The fields that the gateway interprets. `audio` is kept by ReadModalities.
constexpr std::array<std::string_view, 52> kRead = {"model",
                                                    "messages",
                                                    "input",
                                                    "instructions",
                                                    "stream",
                                                    "stream_options",
                                                    "temperature",
                                                    "top_p",
                                                    "top_k",
                                                    "max_tokens",
                                                    "max_completion_tokens",
                                                    "max_output_tokens",
                                                    "seed",
                                                    "presence_penalty",
                                                    "frequency_penalty",
                                                    "n",
                                                    "stop",
                                                    "logprobs",
                                                    "top_logprobs",
                                                    "reasoning_effort",
                                                    "reasoning",
                                                    "include_reasoning",
                                                    "thinking",
                                                    "extra_body",
                                                    "google",
                                                    "safety_settings",
                                                    "image_config",
                                                    "tools",
                                                    "tool_choice",
                                                    "functions",
                                                    "function_call",
                                                    "parallel_tool_calls",
                                                    "web_search_options",
                                                    "response_format",
                                                    "text",
                                                    "service_tier",
                                                    "modalities",
                                                    "audio",
                                                    "user",
                                                    "prompt_cache_key",
                                                    "previous_response_id",
                                                    "include",
                                                    "truncation",
                                                    "background",
                                                    "conversation",
                                                    "prompt",
                                                    "context_management",
                                                    "generation_config",
                                                    "thinking_config",
                                                    "safetySettings",
                                                    "cachedContent",
                                                    "cached_content"};
constexpr std::size_t kMostKept = 32;
constexpr std::size_t kLongestName = 64;

bool IsFieldName(std::string_view name) {
  return name.size() <= kLongestName && std::all_of(name.begin(), name.end(), [](char c) {
           return IsLetterOrDigit(c) || c == '_' || c == '-' || c == '.';
         });
}

// Keeps the fields that the gateway does not know. An upstream with the same API gets them; for
// others the log names what was lost.
void KeepUnknown(JsonView body, chat::Request& request) {
  std::size_t kept = 0;
  for (const JsonMember member : body.members()) {
    const std::string name = member.key.text();
    if (std::find(kRead.begin(), kRead.end(), name) != kRead.end() || !IsFieldName(name)) continue;
    const bool nothing = member.value.is(JsonKind::kNull) ||
                         (member.value.is(JsonKind::kObject) && member.value.size() == 0);
    if (!nothing && kept++ < kMostKept) request.extra["openai." + name] = member.value.raw();
  }
}

}  // namespace

Result<chat::Request> ReadOpenAiChatRequest(std::string_view text) {
  const auto doc = ParseBody(text);
  if (!doc) return doc.error();
  const JsonView body = doc->root();
  Fields fields;
  chat::Request request;
  ReadOpenAiModel(body, fields, request);
  if (body["input"] && !body["messages"]) {
    ReadOpenAiInput(body, fields, request);
  } else {
    ReadOpenAiMessages(body, fields, request);
  }
  ReadOpenAiStream(body, fields, request);
  ReadOpenAiSampling(body, fields, request);
  ReadLogprobs(body, fields, request);
  ReadOpenAiReasoning(body, fields, request);
  ShowOpenRouterThoughts(body, request);
  ReadOpenAiTools(body, fields, request);
  ReadOpenAiFormat(body, fields, request);
  ReadServiceTier(body, fields, request);
  ReadModalities(body, fields, request);
  request.user = fields.Text(body, "user", {});
  request.cache_key = fields.Text(body, "prompt_cache_key", {});
  KeepUnknown(body, request);
  if (!fields.ok()) return *fields.error();
  return request;
}

}  // namespace agm::protocol
