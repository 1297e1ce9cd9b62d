#pragma once

#include <cstdint>

#include "core/base/time_zone.h"
#include "core/ledger/statistics.h"

namespace agm::ledger {

enum class BucketSize { kQuarterHour, kHour, kDay, kWeek, kMonth };

/// Spans of time on the clocks of a zone: "2026-11-01 01:15", "2026-11-01 01:00", "2026-11-01",
/// "2026-W44", "2026-11". A day is as long as it is there. When the clocks are set back, an hour
/// comes twice; the second one has its offset behind its name: "2026-11-01 01:00 -08:00".
Bucket BucketsOf(BucketSize size, TimeZone zone);

}  // namespace agm::ledger
