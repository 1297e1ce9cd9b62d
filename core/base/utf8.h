#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace agm {

/// Length of the well-formed UTF-8 sequence at the start of `text` (1 to 4), or 0. Overlong forms,
/// surrogates and code points over U+10FFFF are not well formed (RFC 3629).
std::size_t Utf8Sequence(std::string_view text);

/// True if all of `text` is well-formed UTF-8.
bool IsUtf8(std::string_view text);

/// `text` with each ill-formed byte replaced by U+FFFD.
std::string ToUtf8(std::string_view text);

/// Appends a code point (at most U+10FFFF) as UTF-8.
void AppendUtf8(std::string& out, char32_t code);

/// Counts the code points of well-formed `text`.
std::size_t CountCodePoints(std::string_view text);

}  // namespace agm
