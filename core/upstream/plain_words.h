#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace agm::upstream {

/// Makes an upstream's message safe to show: one line of UTF-8, at most `limit` bytes, with an
/// ellipsis in place of everything that could be a key, a token, a project, a mail or an IP
/// address, and of a URL's query. In doubt it removes too much.
///
///   PlainWords("Consumer 'api_key:AIzaSyB9Ioj...' has been suspended.", 200)
///       == "Consumer '…' has been suspended."
std::string PlainWords(std::string_view text, std::size_t limit);

}  // namespace agm::upstream
