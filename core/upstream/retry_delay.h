#pragma once

#include <optional>
#include <string_view>

#include "core/base/clock.h"
#include "core/base/json_doc.h"

/// Reads the delay that an upstream asks for, in every spelling that was seen. ReadDuration
/// (core/base/duration.h) reads the durations themselves.
namespace agm::upstream {

/// Reads google.protobuf.Duration in JSON: "36s", "36.42s", or {"seconds": 36, "nanos": 420000000}
/// with numbers or strings of digits. nullopt for anything else and for negative values.
std::optional<Duration> ReadRetryDelay(JsonView value);

/// Finds a delay in prose: "Please retry in 36.42s.", "retry after 30 seconds", "reset after
/// 5h59m59s". Returns the longest one.
std::optional<Duration> FindRetryDelay(std::string_view text);

/// Reads a Retry-After header in seconds; dates are not supported.
std::optional<Duration> ReadRetryAfter(std::string_view header);

}  // namespace agm::upstream
