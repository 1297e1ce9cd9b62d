#pragma once

#include <memory>
#include <optional>

#include "core/accounts/pool.h"
#include "core/base/clock.h"
#include "core/base/queue.h"
#include "core/chat/event.h"
#include "core/upstream/call.h"

namespace agm::gateway {

/// One upstream call that has begun to answer: its account, and the events that came before it was
/// sure that there is an answer. Dropping it closes the upstream connection and returns the lease.
///
/// Thread safety: one thread at a time.
class Opened {
 public:
  Opened(accounts::Lease lease, std::unique_ptr<upstream::Call> call, Queue<chat::Event> held,
         TimePoint started, Clock& clock);

  /// The next event; nothing if `until` passed before there was one. Reports the lease's outcome
  /// when the answer is Finished or Failed.
  std::optional<chat::Event> Next(TimePoint until);
  /// True while Next would return without a wait.
  bool held() const { return !held_.empty() || call_->held(); }
  /// What to wait for, where nothing is held.
  Awaited awaited() { return call_->awaited(); }

 private:
  void Settle(const chat::Event& event);

  accounts::Lease lease_;
  std::unique_ptr<upstream::Call> call_;
  Queue<chat::Event> held_;
  Duration first_byte_;
};

}  // namespace agm::gateway
