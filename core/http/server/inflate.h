#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/http/server/byte_budget.h"
#include "core/http/wire/request_head.h"

namespace agm::gateway {

/// Undoes a content coding. kTooLarge as soon as the result would be larger than `max_size`, so
/// that a small body cannot become a large one; kOverloaded when `share` cannot grow with it;
/// kInvalidRequest where the bytes are not what they claim.
///
/// Thread safety: any thread.
Result<std::string> Inflate(std::string_view packed, BodyCoding coding, std::uint64_t max_size,
                            BudgetShare& share);

}  // namespace agm::gateway
