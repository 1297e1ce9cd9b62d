#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace agm {

/// The length of the escape (RFC 8259, 7) that begins at `at`, including both halves of a surrogate
/// pair; 0 if it is not a valid escape.
std::size_t JsonEscapeLength(std::string_view text, std::size_t at);

/// True if `escape`, as JsonEscapeLength measures it, is one half of a surrogate pair.
bool IsHalfEscape(std::string_view escape);

/// Decodes the inside of a string (without quotes) whose escapes are valid and no half of a pair.
std::string DecodeJsonString(std::string_view inside);

}  // namespace agm
