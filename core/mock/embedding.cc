// Each word adds a direction of its own to the vector, derived from the word's hash.

#include "core/mock/embedding.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "core/base/ascii.h"

namespace agm::mock {
namespace {

constexpr std::size_t kFull = 3072;
constexpr std::size_t kMostWords = 512;

std::uint64_t Hash(std::string_view word) {
  std::uint64_t hash = 0xCBF29CE484222325U;
  for (const char c : word) {
    const auto byte = static_cast<unsigned char>(ToLower(c));
    hash = (hash ^ byte) * 0x100000001B3U;
  }
  return hash;
}

// splitmix64
std::uint64_t Next(std::uint64_t& state) {
  std::uint64_t z = state += 0x9E3779B97F4A7C15U;
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31U);
}

void AddWord(std::string_view word, std::vector<double>& sum) {
  std::uint64_t state = Hash(word);
  for (double& value : sum) {
    value += static_cast<double>(static_cast<std::int64_t>(Next(state))) / 9.3e18;
  }
}

void Normalise(std::vector<double>& values) {
  double square = 0;
  for (const double value : values) square += value * value;
  for (double& value : values) value /= std::sqrt(square);
}

}  // namespace

std::vector<float> Embed(std::string_view text, std::size_t size, bool normalised) {
  std::vector<double> sum(kFull, 0.0);
  AddWord("", sum);  // so that no text has a zero vector
  for (std::size_t words = 0; !text.empty() && words < kMostWords; ++words) {
    const std::string_view word = text.substr(0, text.find_first_of(" \t\r\n"));
    if (!word.empty()) AddWord(word, sum);
    text.remove_prefix(std::min(word.size() + 1, text.size()));
  }
  Normalise(sum);
  sum.resize(std::min(size, kFull));
  if (normalised) Normalise(sum);
  return {sum.begin(), sum.end()};
}

}  // namespace agm::mock
