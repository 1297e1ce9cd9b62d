#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace agm {

/// The length of the escape (RFC 8259, 7) that begins at `at`, including both halves of a surrogate
/// pair; 0 if it is not a valid escape or only half a pair.
std::size_t JsonEscapeLength(std::string_view text, std::size_t at);

/// Decodes the inside of a string (without quotes), whose escapes the function above accepts.
std::string DecodeJsonString(std::string_view inside);

}  // namespace agm
