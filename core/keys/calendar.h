#pragma once

#include "core/base/clock.h"
#include "core/base/time_zone.h"

namespace agm::keys {

/// A span of time; `end` does not belong to it.
struct Window {
  WallTime begin{};
  WallTime end{};
  bool Contains(WallTime at) const { return begin <= at && at < end; }
};

/// The calendar day or month of the zone that contains a moment. A day has 23 or 25 hours when the
/// clocks change.
Window DayOf(const TimeZone& zone, WallTime at);
Window MonthOf(const TimeZone& zone, WallTime at);

}  // namespace agm::keys
