#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "core/base/clock.h"

namespace agm::accounts {

/// What was counted in the last sixty seconds. Kept by the second and never less than it is: what
/// was counted goes between sixty and sixty-one seconds later.
///
/// Thread safety: one thread at a time.
class LastMinute {
 public:
  /// `amount` may be negative: something that was counted before turned out to be less.
  void Count(TimePoint now, std::int64_t amount);
  std::int64_t Sum(TimePoint now);
  /// When the sum will be `most` or less; now, if it is.
  TimePoint FallsTo(std::int64_t most, TimePoint now);
  void Clear();

 private:
  static constexpr std::int64_t kSeconds = 61;
  void Turn(TimePoint now);

  std::int64_t second_ = 0;  ///< the newest that has a slot
  std::int64_t sum_ = 0;
  std::array<std::int32_t, kSeconds> slots_{};
};

/// One quota a minute, of requests or tokens, of a project for one model: how much is used and how
/// much there seems to be. The limit is what the user declared, else what was learned:
///
///   upstream said no and named the limit, and what was counted here agrees: sure for four
///   hours, each time that it says so again for twice as long, up to a day
///   it named none, or others use the project too: where it said no, for ten minutes. That only
///   ranks accounts, for nobody can know whether the next one is refused
///
/// Thread safety: one thread at a time.
class Pace {
 public:
  void Declare(std::int64_t limit) { declared_ = limit; }  ///< 0: nothing
  void Count(TimePoint now, std::int64_t amount);
  /// Upstream refused a request that was sent at `sent`. Of what was counted, `unfinished` is still
  /// under way or was refused. `told`: the limit that upstream named; 0: none. Counts anew.
  void LearnLimit(TimePoint now, TimePoint sent, std::int64_t unfinished, std::int64_t told);
  /// More went through than a limit said that was only seen from afar.
  void Outgrow(TimePoint now);
  /// How much of the limit is used: 0 where none is known, 1 or more where it is used up.
  double Pressure(TimePoint now);
  /// When there will be room for `amount` more; nothing if there is, or if no limit is sure.
  std::optional<TimePoint> FullUntil(TimePoint now, std::int64_t amount);
  /// What was counted in the last minute.
  std::int64_t Used(TimePoint now) { return used_.Sum(now); }

 private:
  bool Known(TimePoint now) const;

  LastMinute used_;
  std::int64_t declared_ = 0;
  std::int64_t limit_ = 0;  ///< learned; 0: nothing yet
  bool sure_ = false;
  TimePoint learned_{};
  Duration believed_for_{0};
};

/// The same for requests a day, which turns at midnight in Los Angeles. A limit that upstream named
/// is believed on the next day: on the same one its own refusals say more.
///
/// Thread safety: one thread at a time.
class DayPace {
 public:
  void Declare(std::int64_t limit) { declared_ = limit; }
  void Count(WallTime wall);
  void LearnLimit(WallTime wall, std::int64_t unfinished, std::int64_t told);
  double Pressure(WallTime wall) const;
  std::optional<WallTime> FullUntil(WallTime wall) const;

 private:
  std::int64_t LimitOn(WallTime wall) const;

  std::int64_t used_ = 0;
  WallTime ends_{};  ///< the day that is counted
  std::int64_t declared_ = 0;
  std::int64_t limit_ = 0;
  WallTime believed_from_{};
  WallTime believed_until_{};
};

}  // namespace agm::accounts
