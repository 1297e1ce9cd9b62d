#include "core/chat/merged_sources.h"

#include <variant>

namespace agm::chat {

std::optional<Event> MergedSources::Next(TimePoint until) {
  while (ready_.empty() && !merge_.ended()) {
    auto event = sources_[at_]->Next(until);
    if (!event) return std::nullopt;
    const bool done = std::holds_alternative<Finished>(*event);
    std::vector<Event> out;
    merge_.Add(static_cast<int>(at_), *std::move(event), out);
    for (Event& merged : out) ready_.push(std::move(merged));
    if (done && at_ + 1 < sources_.size()) ++at_;
  }
  return ready_.pop();
}

Awaited MergedSources::awaited() {
  return ready_.empty() ? sources_[at_]->awaited() : Awaited{-1, kNoWait};
}

}  // namespace agm::chat
