#include "core/protocol/openai/chat_request.h"

#include <optional>
#include <utility>

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

// Keeps fields that no upstream supports, so that the log can name what was lost.
void KeepUntold(JsonView body, chat::Request& request) {
  for (const std::string_view field : {"logit_bias", "prediction", "verbosity", "moderation"}) {
    const JsonView value = body[field];
    if (!value || (value.is(JsonKind::kObject) && value.size() == 0)) continue;
    request.extra["openai." + std::string(field)] = value.raw();
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
  KeepUntold(body, request);
  if (!fields.ok()) return *fields.error();
  return request;
}

}  // namespace agm::protocol
