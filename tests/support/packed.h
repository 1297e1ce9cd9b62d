#pragma once

#include <string>
#include <string_view>

namespace agm::test {

/// The format around the compressed bytes.
enum class Wrapping { kGzip, kZlib, kBare };

/// Compresses `text` with the highest level.
std::string Packed(std::string_view text, Wrapping wrapping = Wrapping::kGzip);

/// The text of gzip's or zlib's format, up to 4 MB. The test fails if `packed` is not whole.
std::string Unpacked(std::string_view packed);

}  // namespace agm::test
