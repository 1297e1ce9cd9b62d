#include "core/protocol/shared/reasoning.h"

#include <array>
#include <string>
#include <utility>

#include "core/base/ascii.h"

namespace agm::protocol {
namespace {

using chat::Effort;

constexpr std::array<std::pair<std::string_view, Effort>, 7> kEfforts = {{
    {"none", Effort::kNone},
    {"minimal", Effort::kMinimal},
    {"low", Effort::kLow},
    {"medium", Effort::kMedium},
    {"high", Effort::kHigh},
    {"xhigh", Effort::kXHigh},
    {"max", Effort::kMax},
}};

constexpr std::int64_t kMostTokens = 1'000'000;

void ReadEffort(JsonView object, std::string_view key, const FieldPath& at, Fields& fields,
                chat::Reasoning& reasoning) {
  const JsonView word = fields.Get(object, key, JsonKind::kString, at);
  if (!word) return;
  reasoning.effort = EffortOfName(word.text());
  if (!reasoning.effort) {
    fields.Refuse("invalid_value", FieldPath(at, key),
                  fmt::format("expected none, minimal, low, medium, high, xhigh or max, found "
                              "\"{}\"",
                              word.text()));
  }
}

JsonView Either(JsonView object, std::string_view snake, std::string_view camel) {
  const JsonView found = object[snake];
  return found ? found : object[camel];
}

// Reads thinking_config: {thinking_budget | thinking_level, include_thoughts}
void ReadThinkingConfig(JsonView config, const FieldPath& at, Fields& fields,
                        chat::Reasoning& reasoning) {
  const JsonView budget = Either(config, "thinking_budget", "thinkingBudget");
  const JsonView level = Either(config, "thinking_level", "thinkingLevel");
  const JsonView show = Either(config, "include_thoughts", "includeThoughts");
  if (show) reasoning.show = show.boolean();
  if (!budget && !level) return;
  if (reasoning.effort) {
    fields.Refuse("invalid_value", FieldPath("reasoning_effort"),
                  "allowed only without a thinking_config that says the same");
    return;
  }
  if (budget && level) {
    fields.Refuse("invalid_value", at, "expected either thinking_budget or thinking_level");
    return;
  }
  if (level) {
    reasoning.effort = EffortOfName(AsciiLower(level.text()));
    if (!reasoning.effort) {
      fields.Refuse("invalid_value", FieldPath(at, "thinking_level"),
                    "expected minimal, low, medium, high or xhigh");
    }
    return;
  }
  const auto tokens = budget.integer();
  if (!tokens || *tokens < -1 || *tokens > kMostTokens) {
    fields.Refuse("invalid_value", FieldPath(at, "thinking_budget"),
                  "expected -1, 0 or a number of tokens");
    return;
  }
  reasoning.budget = tokens;
}

void KeepSafety(JsonView settings, const FieldPath& at, Fields& fields, chat::Request& request) {
  if (!settings) return;
  if (!settings.is(JsonKind::kArray)) {
    fields.WrongType(at, "an array", settings);
    return;
  }
  request.extra["gemini.safetySettings"] = settings.raw();
}

void ReadGoogle(JsonView google, const FieldPath& at, Fields& fields, chat::Request& request) {
  if (!google.is(JsonKind::kObject)) return;
  const FieldPath thinking(at, "thinking_config");
  ReadThinkingConfig(Either(google, "thinking_config", "thinkingConfig"), thinking, fields,
                     request.reasoning);
  const JsonView cached = Either(google, "cached_content", "cachedContent");
  if (cached.is(JsonKind::kString)) request.extra["gemini.cachedContent"] = cached.raw();
  KeepSafety(Either(google, "safety_settings", "safetySettings"), FieldPath(at, "safety_settings"),
             fields, request);
}

// Reads {type: "enabled", budget_tokens} | {type: "disabled"} | {type: "adaptive"}
void ReadThinking(JsonView body, Fields& fields, chat::Request& request) {
  const FieldPath at("thinking");
  const JsonView thinking = body["thinking"];
  if (!thinking.is(JsonKind::kObject) || request.reasoning.effort) return;
  if (thinking["type"].equals("disabled")) {
    request.reasoning.effort = Effort::kNone;
  } else if (const auto budget = fields.Integer(thinking, "budget_tokens", at, {0, kMostTokens})) {
    request.reasoning.budget = budget;
    request.reasoning.show = true;
  }
}

}  // namespace

std::optional<Effort> EffortOfName(std::string_view name) {
  for (const auto& [word, effort] : kEfforts) {
    if (word == name) return effort;
  }
  return std::nullopt;
}

std::string_view EffortName(Effort effort) {
  for (const auto& [word, known] : kEfforts) {
    if (known == effort) return word;
  }
  return "medium";
}

void ReadOpenAiReasoning(JsonView body, Fields& fields, chat::Request& request) {
  ReadEffort(body, "reasoning_effort", {}, fields, request.reasoning);
  const JsonView reasoning = body["reasoning"];
  if (reasoning.is(JsonKind::kObject) && !request.reasoning.effort) {
    ReadEffort(reasoning, "effort", FieldPath("reasoning"), fields, request.reasoning);
  }
  ReadThinking(body, fields, request);
  const FieldPath extra("extra_body");
  ReadGoogle(body["extra_body"]["google"], FieldPath(extra, "google"), fields, request);
  ReadGoogle(body["google"], FieldPath("google"), fields, request);
  KeepSafety(Either(body, "safety_settings", "safetySettings"), FieldPath("safety_settings"),
             fields, request);
}

}  // namespace agm::protocol
