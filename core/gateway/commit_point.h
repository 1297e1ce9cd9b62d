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
/// A whole response is sent at its end, so only Finished commits it. A stream is committed by text,
/// a call, media or a refusal; by a thought only if the client is shown thoughts; by a signature
/// never. A thought that is hidden commits it too once the held events are large.
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
