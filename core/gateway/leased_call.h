#pragma once

#include <memory>
#include <optional>

#include "core/accounts/pool.h"
#include "core/base/clock.h"
#include "core/base/queue.h"
#include "core/chat/event_source.h"
#include "core/upstream/call.h"

namespace agm::gateway {

/// One upstream call whose response is committed: its account, and the events that arrived up to
/// the one that committed it. Destroying it closes the upstream connection and returns the lease.
///
/// Thread safety: one thread at a time.
class LeasedCall : public chat::EventSource {
 public:
  LeasedCall(accounts::Lease lease, std::unique_ptr<upstream::Call> call, Queue<chat::Event> held,
             TimePoint started, Clock& clock);

  /// Reports the lease's outcome when the answer is Finished or Failed.
  std::optional<chat::Event> Next(TimePoint until) override;
  Awaited awaited() override { return held_.empty() ? call_->awaited() : Awaited{-1, kNoWait}; }

  const config::Account& account() const { return lease_.account(); }

 private:
  void Settle(const chat::Event& event);

  accounts::Lease lease_;
  std::unique_ptr<upstream::Call> call_;
  Queue<chat::Event> held_;
  Duration first_byte_;
};

}  // namespace agm::gateway
