#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/base/result.h"

namespace agm::protocol {

/// The headers that tell a client's SDK when, and whether, to try again: Retry-After in whole
/// seconds (rounded up), retry-after-ms for short waits, and `x-should-retry: false` where the
/// wait is longer than the 60 s that the official SDKs sleep. Empty where waiting does not help.
std::vector<std::pair<std::string, std::string>> RetryHeaders(const Error& error);

}  // namespace agm::protocol
