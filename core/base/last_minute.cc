#include "core/base/last_minute.h"

#include <algorithm>
#include <chrono>

namespace agm {
namespace {

std::int64_t SecondOf(TimePoint now) {
  return std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count();
}

}  // namespace

void LastMinute::Turn(TimePoint now) {
  const std::int64_t second = SecondOf(now);
  if (second - second_ >= kSeconds) {
    Clear();
    second_ = second;
  }
  while (second_ < second) {
    std::int32_t& oldest = slots_[static_cast<std::size_t>(++second_ % kSeconds)];
    sum_ -= oldest;
    oldest = 0;
  }
}

void LastMinute::Clear() {
  sum_ = 0;
  slots_.fill(0);
}

void LastMinute::Count(TimePoint now, std::int64_t amount) {
  Turn(now);
  Add(second_, amount);
}

void LastMinute::Correct(TimePoint at, TimePoint now, std::int64_t by) {
  Turn(now);
  const std::int64_t second = SecondOf(at);
  if (second <= second_ && second_ - second < kSeconds) Add(second, by);
}

void LastMinute::Add(std::int64_t second, std::int64_t amount) {
  std::int32_t& slot = slots_[static_cast<std::size_t>(second % kSeconds)];
  constexpr std::int64_t kMost = 1'000'000'000;
  const auto counted = static_cast<std::int32_t>(
      std::clamp(slot + std::clamp(amount, -kMost, kMost), -kMost, kMost));
  sum_ += counted - slot;
  slot = counted;
}

std::int64_t LastMinute::Sum(TimePoint now) {
  Turn(now);
  return std::max<std::int64_t>(0, sum_);
}

TimePoint LastMinute::FallsTo(std::int64_t most, TimePoint now) {
  Turn(now);
  std::int64_t sum = sum_;
  std::int64_t ahead = 0;
  while (sum > most && ahead < kSeconds) {
    ++ahead;  // the slot of the second that is then the oldest
    sum -= slots_[static_cast<std::size_t>((second_ + ahead) % kSeconds)];
  }
  if (ahead == 0) return now;
  return TimePoint(std::chrono::seconds(second_ + ahead));
}

std::vector<std::int64_t> LastMinute::Seconds(TimePoint now) {
  Turn(now);
  std::vector<std::int64_t> seconds;
  for (std::int64_t back = 0; back < kSeconds && back <= second_; ++back) {
    seconds.push_back(slots_[static_cast<std::size_t>((second_ - back) % kSeconds)]);
  }
  while (!seconds.empty() && seconds.back() == 0) seconds.pop_back();
  return seconds;
}

TimePoint LastMinute::EmptyAt(TimePoint now) {
  Turn(now);
  if (sum_ <= 0) return now;
  std::int64_t newest = second_;
  while (slots_[static_cast<std::size_t>(newest % kSeconds)] == 0) --newest;
  return TimePoint(std::chrono::seconds(newest + kSeconds));
}

}  // namespace agm
