#pragma once

#include <string_view>
#include <vector>

namespace agm::mock {

/// A vector for a text: the same for the same text, near for texts that share words. All 3072
/// values together have length 1; fewer are the first of them, and have length 1 only where
/// `normalised` asks for it.
std::vector<float> Embed(std::string_view text, std::size_t size, bool normalised);

}  // namespace agm::mock
