#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace agm {

/// Bytes of the escape (RFC 8259, 7) that begins at `at`, both halves of a surrogate pair together;
/// 0 if it is none or half a pair.
std::size_t JsonEscapeLength(std::string_view text, std::size_t at);

/// What the inside of a string means, all of whose escapes are such by the function above.
std::string DecodeJsonString(std::string_view inside);

}  // namespace agm
