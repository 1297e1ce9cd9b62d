#include "core/protocol/anthropic/messages_thinking.h"

#include <fmt/format.h>

#include <string>

#include "core/protocol/anthropic/messages_content.h"
#include "core/protocol/shared/reasoning.h"
#include "core/protocol/shared/tool_json.h"

namespace agm::protocol {
namespace {

constexpr std::int64_t kFewTokens = 1024;  ///< thoughts alone would take them all
constexpr std::int64_t kMostTokens = 1'000'000'000;

void ReadBudget(JsonView thinking, Fields& fields, chat::Request& request) {
  const auto budget =
      fields.Integer(thinking, "budget_tokens", FieldPath("thinking"), {0, kMostTokens});
  request.reasoning.budget = budget;
  const auto& room = request.sampling.max_tokens;
  if (budget && room && *budget >= *room) request.reasoning.budget = *room / 2;
}

// Thoughts are shown unless the client says otherwise.
std::optional<bool> Shown(JsonView thinking, const FieldPath& at, Fields& fields) {
  const std::string display = fields.Text(thinking, "display", at);
  return display != "omitted";
}

// Claude Code asks again without the field at these words.
void ReadEffort(JsonView body, Fields& fields, chat::Request& request) {
  const FieldPath at("output_config");
  const JsonView config = fields.Get(body, "output_config", JsonKind::kObject, {});
  const JsonView word = fields.Get(config, "effort", JsonKind::kString, at);
  if (!word) return;
  request.reasoning.effort = EffortOfName(word.text());
  if (request.reasoning.effort) return;
  fields.Refuse("invalid_value", FieldPath(at, "effort"),
                fmt::format("Extra inputs are not permitted: expected low, medium, high, xhigh or "
                            "max, found \"{}\"",
                            word.text()));
}

// 2.5 has budgets, and thinks as it likes with -1; later models do so when told nothing.
void ThinkAsItLikes(chat::Reasoning& reasoning) {
  if (!reasoning.effort) reasoning.budget = -1;
}

}  // namespace

void ReadMessagesThinking(JsonView body, std::optional<chat::Effort> said, Fields& fields,
                          chat::Request& request) {
  const FieldPath at("thinking");
  chat::Reasoning& reasoning = request.reasoning;
  reasoning.effort = said;
  ReadEffort(body, fields, request);
  const JsonView thinking = fields.Get(body, "thinking", JsonKind::kObject, {});
  const std::string type = fields.Text(thinking, "type", at);
  if (thinking && type != "disabled") reasoning.show = Shown(thinking, at, fields);
  const bool probe = request.sampling.max_tokens.value_or(kMostTokens) <= 1;
  const bool brief = request.sampling.max_tokens.value_or(kMostTokens) <= kFewTokens;
  if (type == "disabled" || probe || (!thinking && !reasoning.effort && brief)) {
    reasoning.effort = chat::Effort::kNone;
  } else if (type == "enabled") {
    ReadBudget(thinking, fields, request);
  } else if (thinking) {
    const bool known = type == "adaptive" || type == "between_tools";
    if (!known) Untold("thinking.type", request);
    ThinkAsItLikes(reasoning);
  }
}

void ReadMessagesFormat(JsonView body, Fields& fields, chat::Request& request) {
  const FieldPath config("output_config");
  const JsonView now = fields.Get(body["output_config"], "format", JsonKind::kObject, config);
  const JsonView before = fields.Get(body, "output_format", JsonKind::kObject, {});
  const JsonView format = now ? now : before;
  if (!format) return;
  const FieldPath at = now ? FieldPath(config, "format") : FieldPath("output_format");
  const std::string type = fields.NeededText(format, "type", at);
  if (type == "json_schema") {
    ReadJsonSchema(format, at, fields, request);
  } else if (type != "text") {
    fields.Refuse("invalid_value", FieldPath(at, "type"),
                  fmt::format("expected json_schema, found \"{}\"", type));
  }
}

}  // namespace agm::protocol
