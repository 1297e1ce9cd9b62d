#include "core/upstream/no_answer.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>
#include <variant>

namespace agm::upstream {
namespace {

using enum NoAnswer;

constexpr std::optional<Trouble> kNoCooldown;

// clang-format off
constexpr std::array<NoAnswerRow, 14> kTable = {{
    // kind              its name                     the cause        retry  counted as           the client is told
    {kMalformedCall,     "malformed_function_call",   Cause::kModel,   true,  kNoCooldown,         Told::kError},
    {kUnexpectedCall,    "unexpected_tool_call",      Cause::kModel,   true,  kNoCooldown,         Told::kError},
    {kTooManyCalls,      "too_many_tool_calls",       Cause::kModel,   true,  kNoCooldown,         Told::kError},
    {kMalformedResponse, "malformed_response",        Cause::kModel,   true,  kNoCooldown,         Told::kError},
    {kOther,             "finish_reason_other",       Cause::kModel,   true,  kNoCooldown,         Told::kError},
    {kUnknownReason,     "finish_reason_unknown",     Cause::kModel,   true,  kNoCooldown,         Told::kError},
    {kNoCandidates,      "no_candidates",             Cause::kModel,   true,  kNoCooldown,         Told::kError},
    {kPromptBlocked,     "prompt_blocked",            Cause::kPrompt,  false, kNoCooldown,         Told::kContentFilter},
    {kAnswerBlocked,     "answer_blocked",            Cause::kPrompt,  false, kNoCooldown,         Told::kContentFilter},
    {kGarbage,           "upstream_garbage",          Cause::kAccount, true,  Trouble::kGarbage,   Told::kError},
    {kTruncated,         "upstream_stream_truncated", Cause::kNetwork, true,  Trouble::kNetwork,   Told::kError},
    {kEmpty,             "empty_response",            Cause::kModel,   true,  kNoCooldown,         Told::kEmptyAnswer},
    {kThoughtsOnly,      "thoughts_only",             Cause::kModel,   true,  kNoCooldown,         Told::kEmptyAnswer},
    {kSignatureOnly,     "signature_only",            Cause::kModel,   true,  kNoCooldown,         Told::kEmptyAnswer},
}};
// clang-format on

constexpr bool RowsAreInTheOrderOfTheEnum() {
  for (std::size_t i = 0; i < kTable.size(); ++i) {
    if (kTable.at(i).kind != static_cast<NoAnswer>(i)) return false;
  }
  return true;
}
static_assert(RowsAreInTheOrderOfTheEnum());

constexpr bool OnlyAccountAndNetworkStartACooldown() {
  return std::all_of(kTable.begin(), kTable.end(), [](const NoAnswerRow& row) {
    const bool blamed = row.cause == Cause::kAccount || row.cause == Cause::kNetwork;
    return blamed == row.cooldown.has_value();
  });
}
static_assert(OnlyAccountAndNetworkStartACooldown());

/// The kinds of content in a response.
struct Contents {
  bool answer = false;  ///< text, a call, media
  bool refusal = false;
  bool thoughts = false;
  bool blocks = false;  ///< any block, also an empty one that only carries a signature
};

bool HasText(const chat::Event& event) {
  const auto* delta = std::get_if<chat::BlockDelta>(&event);
  return delta != nullptr && !delta->text.empty();
}

// The blocks of different choices may overlap, so a delta belongs to the last block of its choice.
Contents ContentsOf(const Queue<chat::Event>& events) {
  Contents contents;
  std::map<int, chat::BlockKind> open;
  for (const chat::Event& event : events) {
    if (const auto* started = std::get_if<chat::BlockStarted>(&event)) {
      using Kind = chat::BlockKind;
      open[started->choice] = started->kind;
      contents.blocks = true;
      contents.refusal = contents.refusal || started->kind == Kind::kRefusal;
      if (started->kind == Kind::kToolCall || started->kind == Kind::kMedia) contents.answer = true;
    } else if (HasText(event)) {
      const chat::BlockKind kind = open[std::get<chat::BlockDelta>(event).choice];
      contents.thoughts = contents.thoughts || kind == chat::BlockKind::kThought;
      contents.answer = contents.answer || kind == chat::BlockKind::kText;
    }
  }
  return contents;
}

bool Ends(const chat::Finished& finished, chat::FinishReason reason) {
  return std::all_of(finished.choices.begin(), finished.choices.end(),
                     [reason](const auto& choice) { return choice.reason == reason; });
}

}  // namespace

const NoAnswerRow& RowOf(NoAnswer kind) { return kTable.at(static_cast<std::size_t>(kind)); }

std::optional<NoAnswer> FindNoAnswer(std::string_view name) {
  for (const NoAnswerRow& row : kTable) {
    if (row.name == name) return row.kind;
  }
  return std::nullopt;
}

std::optional<NoAnswer> WhatIsMissing(const Queue<chat::Event>& events) {
  if (events.empty()) return std::nullopt;
  const auto* finished = std::get_if<chat::Finished>(&events.back());
  if (finished == nullptr || finished->continuation) {
    return std::nullopt;
  }
  const Contents contents = ContentsOf(events);
  if (Ends(*finished, chat::FinishReason::kContentFilter)) {
    return contents.refusal ? kPromptBlocked : kAnswerBlocked;
  }
  // If the answer reached its length or a choice was blocked, a retry would end the same way.
  if (contents.answer || !Ends(*finished, chat::FinishReason::kStop)) return std::nullopt;
  if (contents.thoughts) return kThoughtsOnly;
  return contents.blocks ? kSignatureOnly : kEmpty;
}

Failure NoAnswerFailure(NoAnswer kind, Error error) {
  Failure failure;
  failure.trouble = RowOf(kind).cooldown.value_or(Trouble::kGarbage);
  failure.error = std::move(error);
  failure.no_answer = kind;
  return failure;
}

Failure NoAnswerFailure(NoAnswer kind) {
  Error error = Fail(ErrorCode::kUpstreamRejected, "the model finished without an answer");
  error.reason = RowOf(kind).name;
  return NoAnswerFailure(kind, std::move(error));
}

bool CountsAgainstAccount(const Failure& failure) {
  if (failure.error.code == ErrorCode::kCancelled) return false;
  return !failure.no_answer || RowOf(*failure.no_answer).cooldown.has_value();
}

}  // namespace agm::upstream
