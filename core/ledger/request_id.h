#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/clock.h"

namespace agm::ledger {

/// A new x-request-id: "req_", nine digits of base 32 for the milliseconds since 1970, and fifteen
/// random characters. Ids sort by time, and a request is found through the time in its id.
std::string NewRequestId(WallTime at);

/// The time in an id; nullopt if the text is no such id. "req_" may be missing.
std::optional<WallTime> TimeOf(std::string_view id);

}  // namespace agm::ledger
