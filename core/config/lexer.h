#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "core/config/document.h"

namespace agm::config {

// The few facts about TOML's surface that finding one's way in a text needs. The text is one that
// was parsed; on any other the answers are harmless, but may be wrong.
//
// Thread safety: any thread.

/// The end of what begins at `at` if that is a string (any of the four kinds) or a comment (up to
/// its line's end); else `at`.
std::size_t SkipStringOrComment(std::string_view text, std::size_t at);

/// The elements of a written `[...]` or `{...}`, without the space and comments around them.
std::vector<Span> Elements(std::string_view text, Span bracketed);

/// The offset behind the line break that ends the line of `at`, or the text's end.
std::size_t NextLine(std::string_view text, std::size_t at);

/// The offset at which the line of `at` begins; behind the byte order mark on the first.
std::size_t LineBegin(std::string_view text, std::size_t at);

/// The greatest number of dots in any name of the text.
std::size_t MostDots(std::string_view text);

/// The first character that is not ASCII where TOML allows only that: outside strings and comments.
/// The parser's behaviour on these is undefined (also right behind a \ in a """ string, where
/// nobody needs one). The text's end if there is none.
std::size_t FirstStray(std::string_view text);

/// The line and column of an offset.
Place PlaceAt(std::string_view text, std::size_t at);

}  // namespace agm::config
