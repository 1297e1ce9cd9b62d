#pragma once

#include "core/base/clock.h"

namespace agm::accounts {

/// The next midnight in America/Los_Angeles that lies after `now`: the moment at which the
/// upstream's daily quotas begin anew. Knows the rules of daylight saving time by itself (second
/// Sunday of March to first Sunday of November, at 2:00), so it needs no time zone files.
///
/// Thread safety: any thread.
WallTime NextPacificMidnight(WallTime now);

}  // namespace agm::accounts
