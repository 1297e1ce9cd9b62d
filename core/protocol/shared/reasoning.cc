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

// image_config: {aspect_ratio, image_size}
void ReadImageConfig(JsonView config, const FieldPath& at, Fields& fields, chat::Request& request) {
  if (!config) return;
  if (!config.is(JsonKind::kObject)) {
    fields.WrongType(at, "an object", config);
    return;
  }
  const JsonView ratio = Either(config, "aspect_ratio", "aspectRatio");
  const JsonView size = Either(config, "image_size", "imageSize");
  if (ratio.is(JsonKind::kString)) request.picture.ratio = ratio.text();
  if (size.is(JsonKind::kString)) request.picture.size = size.text();
}

void KeepSafety(JsonView settings, const FieldPath& at, Fields& fields, chat::Request& request) {
  if (!settings) return;
  if (!settings.is(JsonKind::kArray)) {
    fields.WrongType(at, "an array", settings);
    return;
  }
  request.extra[kSafetySettings] = settings.raw();
}

void ReadGoogle(JsonView google, const FieldPath& at, Fields& fields, chat::Request& request) {
  if (!google.is(JsonKind::kObject)) return;
  const FieldPath thinking(at, "thinking_config");
  ReadThinkingConfig(Either(google, "thinking_config", "thinkingConfig"), thinking, fields,
                     request.reasoning);
  ReadImageConfig(Either(google, "image_config", "imageConfig"), FieldPath(at, "image_config"),
                  fields, request);
  const JsonView cached = Either(google, "cached_content", "cachedContent");
  if (cached.is(JsonKind::kString)) request.extra[kCachedContent] = cached.raw();
  KeepSafety(Either(google, "safety_settings", "safetySettings"), FieldPath(at, "safety_settings"),
             fields, request);
}

// Reads OpenRouter's reasoning: {effort | max_tokens, enabled, exclude} and its older
// include_reasoning.
void ReadReasoning(JsonView body, Fields& fields, chat::Reasoning& reasoning) {
  const JsonView include = body["include_reasoning"];
  if (include.is(JsonKind::kBool)) reasoning.show = include.boolean();
  const FieldPath at("reasoning");
  const JsonView wish = body["reasoning"];
  if (!wish.is(JsonKind::kObject)) return;
  if (!reasoning.effort) ReadEffort(wish, "effort", at, fields, reasoning);
  const auto budget = fields.Integer(wish, "max_tokens", at, {0, kMostTokens});
  if (budget) reasoning.budget = budget;
  if (wish["exclude"].is(JsonKind::kBool)) reasoning.show = !wish["exclude"].boolean();
  const JsonView enabled = wish["enabled"];
  if (!enabled.is(JsonKind::kBool) || enabled.boolean()) return;
  reasoning.effort = Effort::kNone;
  reasoning.budget.reset();
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
  ReadReasoning(body, fields, request.reasoning);
  ReadThinking(body, fields, request);
  ReadImageConfig(Either(body, "image_config", "imageConfig"), FieldPath("image_config"), fields,
                  request);
  const FieldPath extra("extra_body");
  ReadGoogle(body["extra_body"]["google"], FieldPath(extra, "google"), fields, request);
  ReadGoogle(body["google"], FieldPath("google"), fields, request);
  KeepSafety(Either(body, "safety_settings", "safetySettings"), FieldPath("safety_settings"),
             fields, request);
}

void ShowOpenRouterThoughts(JsonView body, chat::Request& request) {
  chat::Reasoning& reasoning = request.reasoning;
  const JsonView wish = body["reasoning"];
  const bool asked = wish["effort"] || wish["max_tokens"] || wish["enabled"].boolean();
  if (!asked || wish["summary"] || reasoning.show || reasoning.effort == Effort::kNone) return;
  reasoning.show = true;
}

}  // namespace agm::protocol
