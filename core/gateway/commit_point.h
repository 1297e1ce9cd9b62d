#pragma once

#include <cstddef>
#include <map>

#include "core/chat/event.h"
#include "core/chat/request.h"

namespace agm::gateway {

/// Finds the event that commits a response: the first one of which the gateway sends something to
/// the client. If the attempt fails before that event, the gateway can make another attempt.
///
///   CommitPoint commit(request);
///   while (!commit.Reached(event)) event = call.Next(until).value();
///
/// The gateway sends a response that is not streamed at its end, so only Finished commits it. The
/// first text, tool call, media or refusal commits a stream. A thought commits a stream if the
/// gateway shows thoughts to the client. A hidden thought commits it only when the events that the
/// gateway holds back have grown beyond 4 MB. A signature never commits it.
///
/// Thread safety: one thread at a time.
class CommitPoint {
 public:
  explicit CommitPoint(const chat::Request& request)
      : stream_(request.stream), shows_thoughts_(request.reasoning.show.value_or(false)) {}

  /// To be called for each event, in order.
  bool Reached(const chat::Event& event);

 private:
  bool Starts(const chat::BlockStarted& block);
  bool Shows(const chat::BlockDelta& delta);

  const bool stream_;
  const bool shows_thoughts_;
  std::map<int, chat::BlockKind> open_;  ///< by choice
  std::size_t held_ = 0;                 ///< bytes
};

}  // namespace agm::gateway
