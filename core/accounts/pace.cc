#include "core/accounts/pace.h"

#include <algorithm>
#include <chrono>

namespace agm::accounts {
namespace {

using namespace std::chrono_literals;

constexpr auto kMinute = std::chrono::nanoseconds(60s);
constexpr auto kRemembered = 10min;

double PartOf(std::chrono::nanoseconds part, std::chrono::nanoseconds whole) {
  return static_cast<double>(part.count()) / static_cast<double>(whole.count());
}

}  // namespace

void Pace::Turn(TimePoint now) {
  const auto passed = now - minute_;
  if (passed < kMinute) return;
  previous_ = passed < 2 * kMinute ? current_ : 0;
  current_ = 0;
  minute_ = passed < 2 * kMinute ? minute_ + kMinute : now;
}

void Pace::Count(TimePoint now, std::int64_t amount) {
  Turn(now);
  current_ += amount;
}

double Pace::Used(TimePoint now) const {
  const auto passed = now - minute_;
  if (passed >= 2 * kMinute) return 0;
  if (passed >= kMinute)
    return static_cast<double>(current_) * (1 - PartOf(passed - kMinute, kMinute));
  return static_cast<double>(current_) +
         static_cast<double>(previous_) * (1 - PartOf(passed, kMinute));
}

void Pace::LearnLimit(TimePoint now, std::int64_t unfinished) {
  limit_ = std::max(1.0, Used(now) - static_cast<double>(unfinished));
  learned_ = now;
  // When upstream's pause is over it counts from nothing again.
  current_ = 0;
  previous_ = 0;
}

void Pace::Outgrow(TimePoint now) {
  if (limit_ > 0) limit_ = std::max(limit_, Used(now));
}

double Pace::Pressure(TimePoint now) const {
  if (limit_ <= 0 || now - learned_ > kRemembered) return 0;
  return Used(now) / limit_;
}

}  // namespace agm::accounts
