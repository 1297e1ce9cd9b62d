#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "core/base/clock.h"

namespace agm::test {

/// A clock that stands still until a test advances it. Sleep() advances it too, so that code which
/// sleeps continues at once.
///
///   FakeClock clock;                          // starts at 2026-11-21 12:00:00 UTC
///   clock.Advance(std::chrono::seconds(60));  // both clocks
///   EXPECT_EQ(clock.slept(), Duration(500));
///
/// Thread safety: any thread.
class FakeClock : public Clock {
 public:
  /// 2026-11-21T12:00:00Z, 04:00 in Los Angeles.
  static constexpr WallTime kStart{std::chrono::milliseconds(1'795'262'400'000)};

  explicit FakeClock(WallTime wall = kStart) : start_(wall) {}

  TimePoint Now() const override { return TimePoint(kEpoch + Passed()); }
  WallTime Wall() const override {
    return start_ + std::chrono::milliseconds(wall_shift_ms_.load()) +
           std::chrono::duration_cast<std::chrono::milliseconds>(Passed());
  }
  void Sleep(Duration duration) override {
    if (duration.count() <= 0) return;
    slept_ms_ += duration.count();
    Advance(duration);
  }
  void Wait(std::condition_variable&, std::unique_lock<std::mutex>& lock,
            Duration duration) override {
    lock.unlock();
    Sleep(duration);
    lock.lock();
  }

  /// Advances both clocks.
  void Advance(std::chrono::nanoseconds by) { passed_ns_ += by.count(); }
  /// Changes the calendar time only, as if a user sets the machine's clock.
  void ShiftWall(Duration by) { wall_shift_ms_ += by.count(); }
  /// The sum of all Sleep() so far.
  Duration slept() const { return Duration(slept_ms_.load()); }

 private:
  /// Not zero, so that a time an hour ago is valid too.
  static constexpr std::chrono::nanoseconds kEpoch = std::chrono::hours(1000);

  std::chrono::nanoseconds Passed() const { return std::chrono::nanoseconds(passed_ns_.load()); }

  const WallTime start_;
  std::atomic<std::int64_t> passed_ns_{0};
  std::atomic<std::int64_t> slept_ms_{0};
  std::atomic<std::int64_t> wall_shift_ms_{0};
};

/// Fake time, but Wait() really waits, for work that another thread does.
class WaitingClock : public FakeClock {
 public:
  void Wait(std::condition_variable& changed, std::unique_lock<std::mutex>& lock,
            Duration) override {
    changed.wait_for(lock, std::chrono::milliseconds(5));
  }
};

}  // namespace agm::test
