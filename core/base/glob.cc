#include "core/base/glob.h"

#include <algorithm>

namespace agm {

// Walks through both texts; on a mismatch the last star consumes one more character.
bool GlobMatchesInFull(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t taken = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      taken = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++taken;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

Exactness ExactnessOf(std::string_view pattern) {
  Exactness exactness;
  exactness.stars = static_cast<std::size_t>(std::ranges::count(pattern, '*'));
  exactness.literals = pattern.size() - exactness.stars;
  exactness.prefix = std::min(pattern.find('*'), pattern.size());
  return exactness;
}

bool MoreExact(std::string_view a, std::string_view b) {
  const Exactness x = ExactnessOf(a);
  const Exactness y = ExactnessOf(b);
  if (x.literals != y.literals) return x.literals > y.literals;
  if (x.stars != y.stars) return x.stars < y.stars;
  if (x.prefix != y.prefix) return x.prefix > y.prefix;
  return a < b;
}

}  // namespace agm
