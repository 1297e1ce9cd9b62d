#pragma once

#include <string_view>
#include <vector>

namespace agm::mock {

/// A vector for a text: equal for equal texts, close for texts that share words. All 3072 values
/// together have length 1. If `size` is smaller, the result is the first values, which have length
/// 1 only if `normalised` is set.
std::vector<float> Embed(std::string_view text, std::size_t size, bool normalised);

}  // namespace agm::mock
