#pragma once

#include <span>
#include <string>
#include <string_view>

namespace agm::config {

/// The candidate that `word` is most likely a slip of: equal but for case, `-` and `_`, or at most
/// a third of its letters away (wrong, missing, doubled or swapped ones). Empty if none is near.
///
/// Thread safety: any thread.
std::string_view Nearest(std::string_view word, std::span<const std::string_view> candidates);

/// `; did you mean "X"?` for the end of a message, or nothing where none is near.
std::string DidYouMean(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace agm::config
