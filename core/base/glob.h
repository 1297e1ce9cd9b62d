#pragma once

#include <cstddef>
#include <string_view>

namespace agm {

/// True if `text` matches `pattern`; each `*` matches any text, including none. Case-sensitive.
/// Takes at most pattern.size() * text.size() steps.
///
/// Thread safety: any thread.
bool GlobMatches(std::string_view pattern, std::string_view text);

/// Measures how exact a pattern is.
struct Exactness {
  std::size_t literals = 0;  ///< characters that are not *
  std::size_t stars = 0;
  std::size_t prefix = 0;  ///< characters before the first *
};
Exactness ExactnessOf(std::string_view pattern);

/// True if `a` has precedence over `b` when both match: it has more literal characters, else fewer
/// stars, else the longer literal prefix, else it comes first alphabetically.
bool MoreExact(std::string_view a, std::string_view b);

}  // namespace agm
