#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace agm {

using Duration = std::chrono::milliseconds;
/// A point on the monotonic clock, for deadlines and latencies.
using TimePoint = std::chrono::time_point<std::chrono::steady_clock, std::chrono::nanoseconds>;
/// A point on the calendar, for what must outlive the process and for what people read.
using WallTime = std::chrono::time_point<std::chrono::system_clock, std::chrono::milliseconds>;

/// Where time comes from, so that tests do not sleep.
///
/// Thread safety: any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimePoint Now() const = 0;
  virtual WallTime Wall() const = 0;
  /// Lets that much time pass.
  virtual void Sleep(Duration duration) = 0;
  /// Waits on `changed` until it is notified or that much time has passed; may wake for nothing.
  /// A clock of a test lets the time pass instead.
  virtual void Wait(std::condition_variable& changed, std::unique_lock<std::mutex>& lock,
                    Duration duration) {
    changed.wait_for(lock, duration);
  }
};

/// The machine's clock; lives as long as the program.
Clock& SystemClock();

/// The moment after which a blocking call gives up.
inline TimePoint After(TimePoint now, Duration wait) { return now + wait; }

/// What is left until `deadline`, never negative.
inline Duration Left(TimePoint now, TimePoint deadline) {
  return deadline <= now ? Duration{0} : std::chrono::ceil<Duration>(deadline - now);
}

}  // namespace agm
