#include "core/chat/thought_filter.h"

#include <variant>

namespace agm::chat {

bool ThoughtFilter::Passes(const Event& event) {
  if (show_) return true;
  if (const auto* started = std::get_if<BlockStarted>(&event)) {
    open_[started->choice] = started->kind;
    return started->kind != BlockKind::kThought;
  }
  if (const auto* delta = std::get_if<BlockDelta>(&event)) {
    return open_[delta->choice] != BlockKind::kThought;
  }
  if (const auto* stopped = std::get_if<BlockStopped>(&event)) {
    return open_[stopped->choice] != BlockKind::kThought;
  }
  return true;
}

}  // namespace agm::chat
