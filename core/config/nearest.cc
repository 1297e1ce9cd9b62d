#include "core/config/nearest.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/ascii.h"
#include "core/base/edit_distance.h"

namespace agm::config {
namespace {

constexpr std::size_t kLongest = 64;

std::string Plain(std::string_view word) {
  std::string plain;
  for (const char c : word) {
    if (c == '-' || c == '_') continue;
    plain += ToLower(c);
  }
  return plain;
}

}  // namespace

std::string_view Nearest(std::string_view word, std::span<const std::string_view> candidates) {
  if (word.empty() || word.size() > kLongest) return {};
  const std::string plain = Plain(word);
  std::string_view best;
  std::size_t least = std::max<std::size_t>(1, plain.size() / 3) + 1;
  for (const std::string_view candidate : candidates) {
    const std::size_t distance = EditDistance(plain, Plain(candidate));
    if (distance >= least) continue;
    least = distance;
    best = candidate;
  }
  return best;
}

std::string DidYouMean(std::string_view word, std::span<const std::string_view> candidates) {
  const std::string_view near = Nearest(word, candidates);
  return near.empty() ? std::string() : fmt::format("; did you mean \"{}\"?", near);
}

}  // namespace agm::config
