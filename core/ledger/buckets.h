#pragma once

#include <cstdint>

#include "core/base/time_zone.h"
#include "core/ledger/statistics.h"

namespace agm::ledger {

enum class BucketSize { kQuarterHour, kHour, kDay, kWeek, kMonth };

/// Returns a function that names the span in which a time falls, by the clocks of a zone:
/// "2026-11-01 01:15", "2026-11-01 01:00", "2026-11-01", "2026-W44", "2026-11". A day has 23 or 25
/// hours when the zone's clocks are set. When they are set back, an hour comes twice; the second one
/// has its offset behind its name: "2026-11-01 01:00 -08:00".
Bucket BucketsOf(BucketSize size, TimeZone zone);

}  // namespace agm::ledger
