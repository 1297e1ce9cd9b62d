#pragma once

#include <cstdint>

#include "core/base/clock.h"

namespace agm::accounts {

/// How much of a quota a minute a project has used for one model, and how much it seems to have.
/// The limit is learned from where upstream said no, and forgotten when that is long ago, so it
/// only ever ranks accounts: nobody is refused for it.
///
/// Thread safety: one thread at a time.
class Pace {
 public:
  void Count(TimePoint now, std::int64_t amount);
  /// Upstream refused, with `unfinished` of what was counted still under way. Counts anew.
  void LearnLimit(TimePoint now, std::int64_t unfinished);
  /// More went through than the limit said.
  void Outgrow(TimePoint now);
  /// How much of the limit is used: 0 where none is known, 1 or more where it is used up.
  double Pressure(TimePoint now) const;
  /// What was counted in the last minute; the minute before is taken as even.
  double Used(TimePoint now) const;

 private:
  void Turn(TimePoint now);

  TimePoint minute_{};  ///< when the current minute began
  std::int64_t current_ = 0;
  std::int64_t previous_ = 0;
  double limit_ = 0;  ///< 0: not known
  TimePoint learned_{};
};

}  // namespace agm::accounts
