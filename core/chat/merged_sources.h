#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "core/base/queue.h"
#include "core/chat/event_source.h"
#include "core/chat/merge.h"

namespace agm::chat {

/// The responses of several calls as one (chat/merge.h). They are pulled one after the other, while
/// the upstream works on all of them.
class MergedSources : public EventSource {
 public:
  /// `sources`: by call, never empty.
  MergedSources(std::vector<std::unique_ptr<EventSource>> sources, CallPlan plan)
      : sources_(std::move(sources)), merge_(plan) {}

  std::optional<Event> Next(TimePoint until) override;
  Awaited awaited() override;

 private:
  std::vector<std::unique_ptr<EventSource>> sources_;
  std::size_t at_ = 0;
  Merge merge_;
  Queue<Event> ready_;
};

}  // namespace agm::chat
