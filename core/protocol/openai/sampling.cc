#include "core/protocol/openai/sampling.h"

#include <fmt/format.h>

namespace agm::protocol {
namespace {

constexpr std::int64_t kMaxChoices = 8;
constexpr std::size_t kMaxStops = 5;

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

}  // namespace

void ReadOpenAiModel(JsonView body, Fields& fields, chat::Request& request) {
  request.model = fields.Text(body, "model", {});
  // OpenAI's own error for this has no code.
  if (request.model.empty()) fields.Refuse("", FieldPath("model"), "a model is required");
}

void ReadOpenAiStream(JsonView body, Fields& fields, chat::Request& request) {
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

void ReadOpenAiSampling(JsonView body, Fields& fields, chat::Request& request) {
  const FieldPath root;
  chat::Sampling& s = request.sampling;
  s.temperature = fields.Number(body, "temperature", root, {0, 2});
  s.top_p = fields.Number(body, "top_p", root, {0, 1});
  s.top_k = fields.Integer(body, "top_k", root);
  // Chat programs send 0 or -1 where the limit is switched off.
  if (s.top_k.value_or(1) < 1) s.top_k.reset();
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

}  // namespace agm::protocol
