#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace agm {

using Duration = std::chrono::milliseconds;
/// A point on the monotonic clock, for deadlines and latencies.
using TimePoint = std::chrono::time_point<std::chrono::steady_clock, std::chrono::nanoseconds>;
/// A point in calendar time, for values that outlive the process or that people read.
using WallTime = std::chrono::time_point<std::chrono::system_clock, std::chrono::milliseconds>;

/// The source of time. Tests replace it, so that they do not sleep.
///
/// Thread safety: any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimePoint Now() const = 0;
  virtual WallTime Wall() const = 0;
  /// Blocks for `duration`. A test's clock advances its time instead.
  virtual void Sleep(Duration duration) = 0;
  /// Waits until `changed` is notified or `duration` has passed; spurious wakeups are possible.
  /// A test's clock advances its time instead.
  virtual void Wait(std::condition_variable& changed, std::unique_lock<std::mutex>& lock,
                    Duration duration) {
    changed.wait_for(lock, duration);
  }
};

/// The machine's clock; it is never destroyed.
Clock& SystemClock();

/// The deadline of a call that may block for `wait` from `now` on.
inline TimePoint After(TimePoint now, Duration wait) { return now + wait; }

/// The time from `now` until `deadline`, never negative.
inline Duration Left(TimePoint now, TimePoint deadline) {
  return deadline <= now ? Duration{0} : std::chrono::ceil<Duration>(deadline - now);
}

}  // namespace agm
