#pragma once

#include <string>
#include <string_view>

namespace agm::test {

/// What stands around compressed bytes.
enum class Wrapping { kGzip, kZlib, kBare };

/// `text`, compressed as well as it can be.
std::string Packed(std::string_view text, Wrapping wrapping = Wrapping::kGzip);

}  // namespace agm::test
