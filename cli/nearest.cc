#include "cli/nearest.h"

#include <algorithm>

#include "core/config/nearest.h"

namespace agm::cli {

std::string Nearest(std::string_view typed, const std::vector<std::string>& words) {
  const std::vector<std::string_view> candidates(words.begin(), words.end());
  std::string_view near = config::Nearest(typed, candidates);
  if (!near.empty() || typed.size() < 2) return std::string(near);
  auto begun = [&](const std::string& word) { return word.starts_with(typed); };
  auto found = std::find_if(words.begin(), words.end(), begun);
  return found == words.end() ? std::string() : *found;
}

}  // namespace agm::cli
