#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/base/result.h"

namespace agm::protocol {

/// The headers that tell a client's SDK when, and whether, to retry. All dialects have them:
///
///   at most 60 s     Retry-After in whole seconds (rounded up) and retry-after-ms
///   at most 300 s    Retry-After and `x-should-retry: false`
///   later            `x-should-retry: false` alone
///   useless          `x-should-retry: false` alone: a wrong key, what a person must fix, and a
///                    quota without a known end
///   not known        none
///
/// A client key's budget ends at a time that its holder wants to know: Retry-After, however late,
/// and `x-should-retry: false`.
std::vector<std::pair<std::string, std::string>> RetryHeaders(const Error& error);

}  // namespace agm::protocol
