#pragma once

#include "core/base/clock.h"

namespace agm::accounts {

/// The next midnight in America/Los_Angeles after `now`, when the upstream's daily quotas reset.
/// The function contains the rules of daylight saving time (second Sunday of March to first Sunday
/// of November, at 2:00), so it needs no time zone files.
///
/// Thread safety: any thread.
WallTime NextPacificMidnight(WallTime now);

}  // namespace agm::accounts
