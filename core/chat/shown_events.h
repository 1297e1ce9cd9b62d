#pragma once

#include <memory>
#include <utility>

#include "core/chat/event_source.h"
#include "core/chat/thought_filter.h"

namespace agm::chat {

/// The events of a response that its client is shown.
class ShownEvents : public EventSource {
 public:
  ShownEvents(std::unique_ptr<EventSource> source, ThoughtFilter filter)
      : source_(std::move(source)), filter_(std::move(filter)) {}

  std::optional<Event> Next(TimePoint until) override {
    for (;;) {
      auto event = source_->Next(until);
      if (!event || filter_.Passes(*event)) return event;
    }
  }
  Awaited awaited() override { return source_->awaited(); }

 private:
  std::unique_ptr<EventSource> source_;
  ThoughtFilter filter_;
};

}  // namespace agm::chat
