#pragma once

#include <string>
#include <string_view>

namespace agm::test {

/// The format around the compressed bytes.
enum class Wrapping { kGzip, kZlib, kBare };

/// Compresses `text` with the highest level.
std::string Packed(std::string_view text, Wrapping wrapping = Wrapping::kGzip);

}  // namespace agm::test
