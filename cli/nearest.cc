#include "cli/nearest.h"

#include <algorithm>
#include <cstddef>

namespace agm::cli {
namespace {

/// Optimal string alignment: the fewest slips that turn `a` into `b`, by the usual table with
/// three rows kept.
std::size_t Slips(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> above(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) above[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      std::size_t change = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, change});
      bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    std::swap(before, above);
    std::swap(above, row);
  }
  return above[b.size()];
}

}  // namespace

std::string Nearest(std::string_view typed, const std::vector<std::string>& words) {
  std::string best;
  std::size_t fewest = typed.size() / 3 + 1;
  for (const std::string& word : words) {
    std::size_t slips = Slips(typed, word);
    if (slips < fewest || (slips == fewest && best.empty() && slips < word.size())) {
      fewest = slips;
      best = word;
    }
  }
  if (!best.empty() || typed.size() < 2) return best;
  auto begins = [&](const std::string& word) { return word.compare(0, typed.size(), typed) == 0; };
  auto found = std::find_if(words.begin(), words.end(), begins);
  return found == words.end() ? std::string() : *found;
}

}  // namespace agm::cli
