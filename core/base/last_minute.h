#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/base/clock.h"

namespace agm {

/// Counts over the last sixty seconds, in slots of one second. The sum is never too low: an amount
/// expires between sixty and sixty-one seconds after it was counted.
///
/// Thread safety: one thread at a time.
class LastMinute {
 public:
  /// `amount` may be negative, to correct an amount that was counted before.
  void Count(TimePoint now, std::int64_t amount);
  /// Changes what was counted at `at`, if that is still within the last minute: unlike a negative
  /// amount of now, the change expires together with what it corrects.
  void Correct(TimePoint at, TimePoint now, std::int64_t by);
  std::int64_t Sum(TimePoint now);
  /// When the sum will be at most `most`; `now` if it already is.
  TimePoint FallsTo(std::int64_t most, TimePoint now);
  /// When all that is counted now will have expired; `now` if nothing is counted.
  TimePoint EmptyAt(TimePoint now);
  /// The amounts of the seconds from the present one back to the oldest that is not 0.
  std::vector<std::int64_t> Seconds(TimePoint now);
  void Clear();

 private:
  static constexpr std::int64_t kSeconds = 61;
  void Turn(TimePoint now);
  void Add(std::int64_t second, std::int64_t amount);

  std::int64_t second_ = 0;  ///< the newest second that has a slot
  std::int64_t sum_ = 0;
  std::array<std::int32_t, kSeconds> slots_{};
};

}  // namespace agm
