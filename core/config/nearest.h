#pragma once

#include <span>
#include <string>
#include <string_view>

namespace agm::config {

/// The candidate that `word` most likely misspells: equal except for case, `-` and `_`, or with an
/// edit distance of at most a third of the word's length. Empty if there is none.
///
/// Thread safety: any thread.
std::string_view Nearest(std::string_view word, std::span<const std::string_view> candidates);

/// `; did you mean "X"?` for the end of a message; empty if no candidate is near.
std::string DidYouMean(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace agm::config
