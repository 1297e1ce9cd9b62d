#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace agm::upstream {

/// What an upstream said, made fit to be shown: one line of UTF-8, at most `limit` bytes, with an
/// ellipsis for everything that could be a key, a token, a project or a mail address, and for the
/// query of an address. It rather cuts too much than too little.
///
///   PlainWords("Consumer 'api_key:AIzaSyB9Ioj...' has been suspended.", 200)
///       == "Consumer '…' has been suspended."
std::string PlainWords(std::string_view text, std::size_t limit);

}  // namespace agm::upstream
