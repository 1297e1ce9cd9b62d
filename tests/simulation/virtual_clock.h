#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>

#include "core/base/clock.h"

namespace agm::simulation {

/// Midnight in Los Angeles, 2026-11-21.
inline constexpr WallTime kMidnight{std::chrono::milliseconds(1'795'248'000'000)};

/// Stands still until the simulation moves it; a caller that waits gets its turn later.
///
/// Thread safety: Now and Wall from any thread; the rest from the simulation's.
class VirtualClock : public Clock {
 public:
  TimePoint Now() const override {
    return TimePoint(std::chrono::hours(1000) + std::chrono::milliseconds(ms_));
  }
  WallTime Wall() const override { return kMidnight + Duration(ms_); }
  void Sleep(Duration) override {}
  void Wait(std::condition_variable&, std::unique_lock<std::mutex>&, Duration wait) override {
    wanted_ = wait;
  }
  virtual void GoTo(std::int64_t ms) { ms_ = ms; }
  std::int64_t ms() const { return ms_; }
  /// How long the last caller wanted to wait.
  Duration wanted() const { return wanted_; }

 private:
  std::atomic<std::int64_t> ms_ = 0;
  Duration wanted_{0};
};

}  // namespace agm::simulation
