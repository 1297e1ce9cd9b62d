#pragma once

#include <string>

#include "core/base/clock.h"

/// Moments as text, in UTC and in the form of ISO 8601.
///
/// Thread safety: any thread.
namespace agm {

/// "2026-11-29"
std::string IsoDay(WallTime at);
/// "2026-11-29T08:05:00Z"; what is left of a second is cut off.
std::string IsoTime(WallTime at);

}  // namespace agm
