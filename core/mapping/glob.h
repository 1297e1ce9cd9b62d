#pragma once

#include <cstddef>
#include <string_view>

namespace agm::mapping {

/// True if `text` is what `pattern` says; each `*` stands for any text, also for none. Case counts.
/// Takes at most pattern times text steps.
///
/// Thread safety: any thread.
bool GlobMatches(std::string_view pattern, std::string_view text);

/// How exact a pattern is.
struct Exactness {
  std::size_t literals = 0;  ///< characters that are not *
  std::size_t stars = 0;
  std::size_t prefix = 0;  ///< characters before the first *
};
Exactness ExactnessOf(std::string_view pattern);

/// True if `a` goes before `b` where both match: more literal characters, else fewer stars, else
/// the longer literal beginning, else the alphabet.
bool MoreExact(std::string_view a, std::string_view b);

}  // namespace agm::mapping
