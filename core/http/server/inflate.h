#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/http/server/byte_budget.h"
#include "core/http/wire/request_head.h"

namespace agm::http {

/// Decodes a content coding. Fails with kTooLarge as soon as the output would exceed `max_size` (a
/// guard against decompression bombs), kOverloaded if `share` cannot grow, kInvalidRequest if the
/// bytes are not in the given coding.
///
/// Thread safety: any thread.
Result<std::string> Inflate(std::string_view packed, BodyCoding coding, std::uint64_t max_size,
                            BudgetShare& share);

}  // namespace agm::http
