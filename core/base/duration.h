#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/clock.h"

namespace agm {

/// Reads a duration as upstreams and people write it: "500ms", "0.5s", "45.837906927s",
/// "1h2m3s", "2m", "1d", and a bare number of seconds ("30", "1.5"). Units must go from large to
/// small. Returns nullopt for anything else, for negative values, and for more than ten years.
/// Fractions of a millisecond are rounded up, so that a wait is never too short.
std::optional<Duration> ReadDuration(std::string_view text);

/// Text for people: "850ms", "12s", "3m20s", "2h5m", "1d4h" (at most two units).
std::string WriteDuration(Duration duration);

}  // namespace agm
