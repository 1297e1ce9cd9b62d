#pragma once

#include <cstddef>
#include <string_view>

namespace agm {

/// GlobMatches without its quick first check.
bool GlobMatchesInFull(std::string_view pattern, std::string_view text);

/// True if `text` matches `pattern`; each `*` matches any text, including none. Case-sensitive.
/// Takes at most pattern.size() * text.size() steps.
///
/// Thread safety: any thread.
inline bool GlobMatches(std::string_view pattern, std::string_view text) {
  // Most patterns of a list differ from the text in their first character.
  const bool literal = !pattern.empty() && pattern.front() != '*';
  if (literal && (text.empty() || text.front() != pattern.front())) return false;
  return GlobMatchesInFull(pattern, text);
}

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
