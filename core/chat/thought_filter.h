#pragma once

#include <map>

#include "core/chat/event.h"

namespace agm::chat {

/// Leaves thoughts out of the events of a response, for a client that did not ask for them: models
/// may send them anyway, and the gateway needs them to send the model's turn back.
/// The events that pass obey the grammar of chat/event.h if all events do.
///
/// Thread safety: one thread at a time.
class ThoughtFilter {
 public:
  explicit ThoughtFilter(bool show) : show_(show) {}

  /// False for the events of a thought that the client must not see.
  bool Passes(const Event& event);

 private:
  bool show_;
  std::map<int, BlockKind> open_;  ///< by choice
};

}  // namespace agm::chat
