#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

/// Inside of json_*.cc only, here and in protocol: eight bytes of text looked at in one word. What
/// is looked for is marked in the high bit of its byte. The lowest mark is exact (a borrow can only
/// spoil those above it), so where bytes stand in a word the other way round, they are to be looked
/// at one by one.
namespace agm::json {

inline constexpr bool kLowestFirst = std::endian::native == std::endian::little;
inline constexpr int kWord = 8;
inline constexpr std::uint64_t kOnes = 0x0101010101010101U;
inline constexpr std::uint64_t kHighs = 0x8080808080808080U;

inline std::uint64_t Load(const char* from) {
  std::uint64_t word = 0;
  std::memcpy(&word, from, sizeof word);
  return word;
}

inline std::uint64_t Marks(std::uint64_t word, char c) {
  const std::uint64_t zero = word ^ (kOnes * static_cast<unsigned char>(c));
  return (zero - kOnes) & ~zero & kHighs;
}

/// Of what cannot stand in a string as it is: control characters, `"` and `\`.
inline std::uint64_t MarksOfSpecial(std::uint64_t word) {
  const std::uint64_t control = (word - kOnes * 0x20U) & ~word & kHighs;
  return control | Marks(word, '"') | Marks(word, '\\');
}

inline std::uint64_t MarksOfNonAscii(std::uint64_t word) { return word & kHighs; }

/// The place of the first byte that is marked.
inline int First(std::uint64_t marks) { return std::countr_zero(marks) / 8; }

}  // namespace agm::json
