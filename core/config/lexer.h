#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "core/config/document.h"

namespace agm::config {

// The few lexical rules of TOML that finding positions in a text needs. The text must have been
// parsed successfully; for any other text the results are safe, but may be wrong.
//
// Thread safety: any thread.

/// The end of the string (any of the four kinds) or comment (up to its line's end) that begins at
/// `at`; `at` itself if neither begins there.
std::size_t SkipStringOrComment(std::string_view text, std::size_t at);

/// The elements of a `[...]` or `{...}`, without the space and comments around them.
std::vector<Span> Elements(std::string_view text, Span bracketed);

/// The offset after the line break that ends the line of `at`, or the text's end.
std::size_t NextLine(std::string_view text, std::size_t at);

/// The offset where the line of `at` begins; on the first line, after the byte order mark.
std::size_t LineBegin(std::string_view text, std::size_t at);

/// The greatest number of dots in any key of the text.
std::size_t MostDots(std::string_view text);

/// The first non-ASCII character where TOML allows only ASCII: outside strings and comments, and
/// right after a \ in a """ string. The parser's behaviour on these characters is undefined.
/// Returns the text's end if there is none.
std::size_t FirstStray(std::string_view text);

/// The line and column of an offset.
Place PlaceAt(std::string_view text, std::size_t at);

}  // namespace agm::config
