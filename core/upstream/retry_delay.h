#pragma once

#include <optional>
#include <string_view>

#include "core/base/clock.h"
#include "core/base/json_doc.h"

/// How long an upstream asks to wait, in every spelling that was seen. The spans themselves are
/// read by ReadDuration (core/base/duration.h).
namespace agm::upstream {

/// google.protobuf.Duration as JSON: "36s", "36.42s", or {"seconds": 36, "nanos": 420000000} with
/// numbers or strings of digits. Nothing for anything else and for negatives.
std::optional<Duration> ReadRetryDelay(JsonView value);

/// A delay in prose: "Please retry in 36.42s.", "retry after 30 seconds", "reset after 5h59m59s".
/// The longest, if there are several.
std::optional<Duration> FindRetryDelay(std::string_view text);

/// A Retry-After header in seconds; dates are not read.
std::optional<Duration> ReadRetryAfter(std::string_view header);

}  // namespace agm::upstream
