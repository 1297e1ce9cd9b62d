#include "core/chat/splice.h"

#include <utility>

#include "core/base/utf8.h"

namespace agm::chat {
namespace {

constexpr int kMaxStalled = 3;
constexpr int kMaxHops = 64;

void CutByLength(Finished& finished) {
  for (ChoiceFinish& choice : finished.choices) choice.reason = FinishReason::kLength;
}

template <class T>
void PutBefore(const std::vector<T>& earlier, std::vector<T>& later) {
  later.insert(later.begin(), earlier.begin(), earlier.end());
}

// Makes the last hop's end that of the whole: the first hop's prompt, the output of all hops.
void AddBefore(const Finished& before, Finished& last) {
  Usage usage = before.usage;
  usage.known = usage.known || last.usage.known;
  usage.output += last.usage.output;
  usage.thoughts += last.usage.thoughts;
  usage.output_audio += last.usage.output_audio;
  usage.output_image += last.usage.output_image;
  last.usage = usage;
  if (before.choices.empty() || last.choices.empty()) return;
  const ChoiceFinish& earlier = before.choices.front();
  ChoiceFinish& later = last.choices.front();
  PutBefore(earlier.citations, later.citations);
  PutBefore(earlier.web.queries, later.web.queries);
  PutBefore(earlier.web.found, later.web.found);
  PutBefore(earlier.web.fetched, later.web.fetched);
}

}  // namespace

void Splice::Emit(Event&& event) { ready_.push(std::move(event)); }

void Splice::Flush() {
  if (stopped_) Emit(*std::exchange(stopped_, std::nullopt));
}

void Splice::Add(Event&& event) {
  if (auto* stopped = std::get_if<BlockStopped>(&event)) return AddStopped(std::move(*stopped));
  if (auto* finished = std::get_if<Finished>(&event)) return AddFinished(std::move(*finished));
  if (std::holds_alternative<Started>(event) && finished_) return;
  if (const auto* block = std::get_if<BlockStarted>(&event)) {
    const bool goes_on = std::exchange(joins_, false) && stopped_ && block->kind == open_;
    open_ = block->kind;
    called_ = called_ || open_ == BlockKind::kToolCall;
    if (goes_on) {
      stopped_.reset();
      return;
    }
  }
  if (const auto* delta = std::get_if<BlockDelta>(&event)) {
    has_content_ = true;
    if (open_ == BlockKind::kText) {
      text_ += static_cast<std::int64_t>(CountCodePoints(delta->text));
    }
  }
  Flush();
  Emit(std::move(event));
}

// Holds back the end of a text block until it is known whether the next hop continues it.
void Splice::AddStopped(BlockStopped&& stopped) {
  Flush();
  if (open_ == BlockKind::kText && stopped.signature.empty()) {
    stopped_ = std::move(stopped);
  } else {
    Emit(std::move(stopped));
  }
}

void Splice::AddFinished(Finished&& finished) {
  auto token = std::exchange(finished.continuation, std::nullopt);
  for (ChoiceFinish& choice : finished.choices) {
    for (Citation& citation : choice.citations) {
      citation.start += text_before_;
      citation.end += text_before_;
    }
  }
  if (finished_) AddBefore(*finished_, finished);
  const bool progress = has_content_ && token != sent_;
  stalled_ = progress ? 0 : stalled_ + 1;
  if (token && stalled_ < kMaxStalled && hops_ < kMaxHops) {
    token_ = std::move(token);
    finished_ = std::move(finished);
    return;
  }
  if (token) CutByLength(finished);
  for (ChoiceFinish& choice : finished.choices) {
    // A plain stop may stand for a tool call of an earlier hop.
    const bool calls = finished_ && called_ && choice.reason == FinishReason::kStop;
    if (calls) choice.reason = FinishReason::kToolCalls;
  }
  finished_.reset();
  Flush();
  Emit(std::move(finished));
}

std::optional<Event> Splice::Next() { return ready_.pop(); }

void Splice::Continue() {
  sent_ = *std::exchange(token_, std::nullopt);
  ++hops_;
  text_before_ = text_;
  has_content_ = false;
  joins_ = true;
}

void Splice::GiveUp() {
  token_.reset();
  Flush();
  CutByLength(*finished_);
  Emit(*std::exchange(finished_, std::nullopt));
}

}  // namespace agm::chat
