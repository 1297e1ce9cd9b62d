#include "core/protocol/openai/completions_request.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "core/protocol/openai/sampling.h"
#include "core/protocol/shared/fields.h"
#include "core/protocol/shared/reasoning.h"

namespace agm::protocol {
namespace {

constexpr std::size_t kMaxPrompts = 16;
constexpr std::int64_t kMaxBestOf = 20;
constexpr std::int64_t kMaxLogprobs = 5;

std::vector<chat::Message> TurnOf(std::string prompt, const std::string& suffix) {
  std::vector<chat::Message> messages;
  if (!suffix.empty()) {
    messages.push_back({chat::Role::kSystem,
                        {chat::Text{"Continue the user's text so that it leads over to the text "
                                    "below, which follows it. Answer with what stands between "
                                    "the two and nothing else. The text that follows:\n" +
                                        suffix,
                                    {}}},
                        {}});
  }
  messages.push_back({chat::Role::kUser, {chat::Text{std::move(prompt), {}}}, {}});
  return messages;
}

bool IsToken(JsonView item) { return item.is(JsonKind::kNumber) || item.is(JsonKind::kArray); }

// Reads the prompts. Token ids are refused, because each model has its own tokenizer.
std::vector<std::string> ReadPrompts(JsonView body, Fields& fields) {
  const FieldPath at("prompt");
  const JsonView prompt = body["prompt"];
  if (prompt.is(JsonKind::kString)) return {prompt.text()};
  std::vector<std::string> prompts;
  if (!prompt) {
    fields.Refuse("missing_required_parameter", at, "a string or an array of strings is required");
  } else if (!prompt.is(JsonKind::kArray)) {
    fields.WrongType(at, "a string or an array of strings", prompt);
  } else if (prompt.size() == 0) {
    fields.Refuse("empty_array", at, "expected at least one prompt, found none");
  }
  for (const JsonView item : prompt.items()) {
    const FieldPath inner(at, prompts.size());
    if (IsToken(item)) {
      fields.Refuse("unsupported_value", at, "expected text; token ids are not read here");
      return {};
    }
    if (!item.is(JsonKind::kString)) {
      fields.WrongType(inner, "a string", item);
      return {};
    }
    prompts.push_back(item.text());
  }
  if (prompts.size() > kMaxPrompts) {
    fields.Refuse(
        "array_above_max_length", at,
        fmt::format("expected at most {} prompts, found {}", kMaxPrompts, prompts.size()));
  }
  return prompts;
}

// The best of several cannot be chosen without probabilities, so only the wanted number is
// generated.
void ReadBestOf(JsonView body, Fields& fields, chat::Request& request) {
  const FieldPath at("best_of");
  const auto best_of = fields.Integer(body, "best_of", {}, {0, kMaxBestOf});
  if (!best_of || *best_of == 0) return;
  if (*best_of < request.choices) {
    fields.Refuse("invalid_value", at,
                  fmt::format("expected at least n ({}), found {}", request.choices, *best_of));
  } else if (*best_of > 1 && request.stream) {
    fields.Refuse("invalid_value", at, "the best of several cannot be streamed");
  } else if (*best_of > request.choices) {
    request.extra["openai.best_of"] = std::to_string(*best_of);
  }
}

void ReadThinking(JsonView body, Fields& fields, chat::Request& request) {
  ReadOpenAiReasoning(body, fields, request);
  if (!request.reasoning.effort && !request.reasoning.budget) {
    request.reasoning.effort = chat::Effort::kNone;
  }
}

// Keeps fields that no upstream supports, so that the log can name what was lost.
void KeepUntold(JsonView body, chat::Request& request) {
  const JsonView bias = body["logit_bias"];
  if (bias.size() > 0) request.extra["openai.logit_bias"] = bias.raw();
}

}  // namespace

Result<chat::Request> ReadCompletionsRequest(std::string_view text) {
  const auto doc = ParseBody(text);
  if (!doc) return doc.error();
  const JsonView body = doc->root();
  Fields fields;
  chat::Request request;
  ReadOpenAiModel(body, fields, request);
  std::vector<std::string> prompts = ReadPrompts(body, fields);
  const std::string suffix = fields.Text(body, "suffix", {});
  if (fields.Bool(body, "echo", {}).value_or(false)) request.style = "echo";
  ReadOpenAiStream(body, fields, request);
  ReadOpenAiSampling(body, fields, request);
  ReadBestOf(body, fields, request);
  request.sampling.top_logprobs = fields.Integer(body, "logprobs", {}, {0, kMaxLogprobs});
  ReadThinking(body, fields, request);
  request.user = fields.Text(body, "user", {});
  KeepUntold(body, request);
  if (!fields.ok()) return *fields.error();
  request.messages = TurnOf(std::move(prompts.front()), suffix);
  for (std::size_t i = 1; i < prompts.size(); ++i) {
    request.further.push_back(TurnOf(std::move(prompts[i]), suffix));
  }
  return request;
}

std::string CompletionsPrompt(const chat::Request& request, std::size_t prompt) {
  if (prompt > request.further.size()) return {};
  const auto& messages = prompt == 0 ? request.messages : request.further[prompt - 1];
  if (messages.empty() || messages.back().blocks.empty()) return {};
  const auto* text = std::get_if<chat::Text>(&messages.back().blocks.front());
  return text == nullptr ? std::string() : text->text;
}

}  // namespace agm::protocol
