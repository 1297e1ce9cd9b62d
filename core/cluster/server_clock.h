#pragma once

#include <chrono>
#include <mutex>
#include <optional>

#include "core/base/clock.h"

namespace agm::cluster {

/// The server's clock, as far as this node knows it. Nodes exchange times of this clock, so that it
/// does not matter how their own are set. Until the server has told its time, this machine's clock
/// stands in.
///
/// Thread safety: any thread.
class ServerClock {
 public:
  explicit ServerClock(Clock& clock) : clock_(clock) {}

  /// The server answered `server` to a question that was sent and answered at those times. It read
  /// its clock between them, so an answer that took long tells little.
  void Note(std::chrono::microseconds server, TimePoint sent, TimePoint answered) {
    const auto middle = sent.time_since_epoch() + (answered - sent) / 2;
    std::lock_guard lock(mutex_);
    if (!offset_ || answered - sent < kQuick) offset_ = server - middle;
  }

  WallTime Now() const {
    std::lock_guard lock(mutex_);
    if (!offset_) return clock_.Wall();
    const auto now = clock_.Now().time_since_epoch() + *offset_;
    return WallTime(std::chrono::duration_cast<Duration>(now));
  }

  /// A time of this machine's clock on the server's. WallTime::max() stays.
  WallTime FromLocal(WallTime local) const { return Moved(local, Now() - clock_.Wall()); }
  /// A time of the server's clock on this machine's.
  WallTime ToLocal(WallTime server) const { return Moved(server, clock_.Wall() - Now()); }

 private:
  static constexpr std::chrono::milliseconds kQuick{5};

  static WallTime Moved(WallTime time, Duration by) {
    return time == WallTime::max() ? time : time + by;
  }

  Clock& clock_;
  mutable std::mutex mutex_;
  std::optional<std::chrono::nanoseconds> offset_;  ///< server's time minus the monotonic clock
};

}  // namespace agm::cluster
