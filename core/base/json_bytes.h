#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

/// For json_*.cc here and in protocol only: searches eight bytes of text at once as one word. A
/// match sets the high bit of its byte. Only the lowest match is exact, because a borrow can set
/// wrong bits above it. On a big-endian machine the lowest byte is not the first one, so there the
/// callers check one byte at a time.
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

/// Marks the bytes that must be escaped in a JSON string: control characters, `"` and `\`.
inline std::uint64_t MarksOfSpecial(std::uint64_t word) {
  const std::uint64_t control = (word - kOnes * 0x20U) & ~word & kHighs;
  return control | Marks(word, '"') | Marks(word, '\\');
}

inline std::uint64_t MarksOfNonAscii(std::uint64_t word) { return word & kHighs; }

/// The index of the first marked byte.
inline int First(std::uint64_t marks) { return std::countr_zero(marks) / 8; }

}  // namespace agm::json
