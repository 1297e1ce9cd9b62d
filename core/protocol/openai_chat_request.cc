#include "core/protocol/openai_chat_request.h"

#include <optional>
#include <utility>

#include "core/base/json_doc.h"
#include "core/base/json_writer.h"
#include "core/protocol/fields.h"
#include "core/protocol/openai_input.h"
#include "core/protocol/openai_messages.h"
#include "core/protocol/openai_reasoning.h"
#include "core/protocol/openai_tools.h"

namespace agm::protocol {
namespace {

constexpr std::int64_t kMaxChoices = 8;
constexpr std::size_t kMaxStops = 5;

void ReadModel(JsonView body, Fields& fields, chat::Request& request) {
  request.model = fields.Text(body, "model", {});
  // OpenAI says this without a code.
  if (request.model.empty()) fields.Refuse("", FieldPath("model"), "a model is required");
}

void ReadStream(JsonView body, Fields& fields, chat::Request& request) {
  request.stream = fields.Bool(body, "stream", {}).value_or(false);
  const FieldPath at("stream_options");
  const JsonView options = fields.Get(body, "stream_options", JsonKind::kObject, {});
  if (!options) return;
  if (!request.stream) {
    fields.Refuse("invalid_value", at, "allowed only where stream is true");
    return;
  }
  request.stream_usage = fields.Bool(options, "include_usage", at).value_or(false);
}

void ReadStops(JsonView body, Fields& fields, chat::Request& request) {
  const FieldPath at("stop");
  const JsonView stop = body["stop"];
  auto& stops = request.sampling.stop;
  if (stop.is(JsonKind::kString)) {
    stops.push_back(stop.text());
  } else if (stop && !stop.is(JsonKind::kArray)) {
    fields.WrongType(at, "a string or an array", stop);
  }
  std::size_t index = 0;
  for (const JsonView item : stop.items()) {
    const FieldPath inner(at, index++);
    if (item.is(JsonKind::kString)) {
      stops.push_back(item.text());
    } else if (!item.is(JsonKind::kNull)) {
      fields.WrongType(inner, "a string", item);
    }
  }
  std::erase(stops, "");
  if (stops.size() > kMaxStops) {
    fields.Refuse(
        "array_above_max_length", at,
        fmt::format("expected at most {} stop sequences, found {}", kMaxStops, stops.size()));
  }
}

void ReadSampling(JsonView body, Fields& fields, chat::Request& request) {
  const FieldPath root;
  chat::Sampling& s = request.sampling;
  s.temperature = fields.Number(body, "temperature", root, {0, 2});
  s.top_p = fields.Number(body, "top_p", root, {0, 1});
  s.top_k = fields.Integer(body, "top_k", root, {1});
  s.max_tokens = fields.Integer(body, "max_tokens", root, {1});
  for (const std::string_view key : {"max_completion_tokens", "max_output_tokens"}) {
    if (const auto limit = fields.Integer(body, key, root, {1})) s.max_tokens = limit;
  }
  s.seed = fields.Integer(body, "seed", root);
  s.presence_penalty = fields.Number(body, "presence_penalty", root, {-2, 2});
  s.frequency_penalty = fields.Number(body, "frequency_penalty", root, {-2, 2});
  request.choices = fields.Integer(body, "n", root, {1, kMaxChoices}).value_or(1);
  ReadStops(body, fields, request);
}

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

// Fields that no upstream of ours can be told: kept so that the loss can be named.
void KeepUntold(JsonView body, chat::Request& request) {
  for (const std::string_view field : {"logit_bias", "prediction", "verbosity", "moderation"}) {
    const JsonView value = body[field];
    if (!value || (value.is(JsonKind::kObject) && value.size() == 0)) continue;
    request.extra["openai." + std::string(field)] = value.raw();
  }
}

}  // namespace

Result<chat::Request> ReadOpenAiChatRequest(std::string_view text) {
  const auto doc = JsonDoc::Parse(text);
  if (!doc) return doc.error();
  const JsonView body = doc->root();
  Fields fields;
  chat::Request request;
  if (!body.is(JsonKind::kObject)) {
    return Invalid(
        "", "", fmt::format("expected a JSON object as the body, found {}", KindName(body.kind())));
  }
  ReadModel(body, fields, request);
  if (body["input"] && !body["messages"]) {
    ReadOpenAiInput(body, fields, request);
  } else {
    ReadOpenAiMessages(body, fields, request);
  }
  ReadStream(body, fields, request);
  ReadSampling(body, fields, request);
  ReadLogprobs(body, fields, request);
  ReadOpenAiReasoning(body, fields, request);
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
