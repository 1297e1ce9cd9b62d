#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/base/result.h"

namespace agm::protocol {

/// The headers that tell a client's SDK when, and whether, to retry: Retry-After in whole seconds
/// (rounded up), retry-after-ms for short delays, and `x-should-retry: false` for delays above the
/// 60 s that the official SDKs wait. Empty if waiting does not help.
std::vector<std::pair<std::string, std::string>> RetryHeaders(const Error& error);

}  // namespace agm::protocol
