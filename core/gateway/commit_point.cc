#include "core/gateway/commit_point.h"

#include <variant>

namespace agm::gateway {
namespace {

// More is not held back: the thoughts of one answer are a few hundred kilobytes at most.
constexpr std::size_t kMostHeld = 4U << 20U;

}  // namespace

bool CommitPoint::Reached(const chat::Event& event) {
  if (std::holds_alternative<chat::Finished>(event)) return true;
  if (!stream_) return false;
  if (const auto* block = std::get_if<chat::BlockStarted>(&event)) return Starts(*block);
  const auto* delta = std::get_if<chat::BlockDelta>(&event);
  return delta != nullptr && Shows(*delta);
}

bool CommitPoint::Starts(const chat::BlockStarted& block) {
  open_[block.choice] = block.kind;
  switch (block.kind) {
    case chat::BlockKind::kText:
    case chat::BlockKind::kThought:
    case chat::BlockKind::kOpaque:
      return false;
    case chat::BlockKind::kToolCall:
    case chat::BlockKind::kMedia:
    case chat::BlockKind::kRefusal:
      return true;
  }
  return true;
}

bool CommitPoint::Shows(const chat::BlockDelta& delta) {
  held_ += delta.text.size();
  if (delta.text.empty()) return false;
  const chat::BlockKind kind = open_[delta.choice];
  const bool hidden =
      kind == chat::BlockKind::kOpaque || (kind == chat::BlockKind::kThought && !shows_thoughts_);
  return !hidden || held_ > kMostHeld;
}

}  // namespace agm::gateway
