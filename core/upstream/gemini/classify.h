#pragma once

#include <optional>
#include <string_view>

#include "core/base/clock.h"
#include "core/upstream/trouble.h"

namespace agm::upstream {

/// Classifies an error response of Google's. `body` may be JSON (an object, or wrapped in an
/// array), truncated, HTML or empty. `vertex`: the response came from Vertex AI. A `status` of 2xx
/// means an error inside a good response; then the body's own code counts.
///
/// Failure::error is in our own words. Only for an invalid request it contains the upstream's
/// message, shortened and without anything that could be a key, a project or a mail address.
/// `retry_after` is the delay in a header; it counts if the body has none.
Failure Classify(int status, std::string_view body, bool vertex,
                 std::optional<Duration> retry_after = std::nullopt);

}  // namespace agm::upstream
