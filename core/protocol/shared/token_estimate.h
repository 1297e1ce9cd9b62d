#pragma once

#include <cstdint>

#include "core/chat/request.h"

namespace agm::protocol {

/// A guess at the tokens of a prompt by the amount of text, media at flat rates; at least 1. It
/// stands in where the upstream does not count.
std::int64_t EstimateTokens(const chat::Request& request);

}  // namespace agm::protocol
