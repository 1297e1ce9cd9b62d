#pragma once

#include <optional>

#include "core/base/awaited.h"
#include "core/base/clock.h"
#include "core/chat/event.h"

namespace agm::chat {

/// A response whose events are pulled. Sources are stacked: each takes its events from the one
/// below and joins, continues or watches them. Destroying a source stops the upstream.
///
///   while (auto event = source.Next(until)) ...
///
/// The events obey the grammar of chat/event.h; none follows Finished or Failed.
///
/// Thread safety: one thread at a time.
class EventSource {
 public:
  virtual ~EventSource() = default;
  /// The next event; nullopt if `until` passed before there was one. With kNoWait it does not
  /// block.
  virtual std::optional<Event> Next(TimePoint until) = 0;
  /// The condition to wait for before Next is called with kNoWait; {-1, kNoWait} if an event is
  /// ready now.
  virtual Awaited awaited() = 0;
};

/// True if Next would return an event without waiting.
inline bool IsReady(EventSource& source) {
  const Awaited awaited = source.awaited();
  return awaited.fd < 0 && awaited.until == kNoWait;
}

}  // namespace agm::chat
