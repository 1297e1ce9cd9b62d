#pragma once

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <bit>
#include <cstdint>
#include <cstring>

/// For json_*.cc here and in protocol only: looks at many bytes of text at once, as one vector
/// where the processor has SSE2, as each x86-64 has, else as words.
namespace agm::json {

/// The bytes at which a search stops.
enum class Stop : std::uint8_t {
  kBackslash,
  kQuote,    ///< `"` and `\`
  kEscaped,  ///< what must be escaped in a JSON string: control characters, `"` and `\`
  kUnsafe    ///< the same, and what is not ASCII
};

inline constexpr int kWord = 8;
inline constexpr int kBlock = 16;  ///< bytes that PlainInBlock looks at

/// True if a search for `stop` ends at `c`.
template <Stop stop>
constexpr bool StopsAt(char c) {
  const auto byte = static_cast<unsigned char>(c);
  if (byte == '\\') return true;
  if (stop == Stop::kBackslash) return false;
  if (byte == '"') return true;
  if (stop == Stop::kQuote) return false;
  return byte < 0x20 || (stop == Stop::kUnsafe && byte >= 0x80);
}

/// The number of bytes before the first of the eight at `from` that `stop` names; 8 if none is.
///
/// The eight are one word, in which a match sets the high bit of its byte. Only the lowest match is
/// exact, because a borrow can set wrong bits above it. On a big-endian machine the lowest byte is
/// not the first one, so there the bytes are checked one at a time.
template <Stop stop>
int PlainInWord(const char* from) {
  if constexpr (std::endian::native != std::endian::little) {
    int plain = 0;
    while (plain < kWord && !StopsAt<stop>(from[plain])) ++plain;
    return plain;
  }
  constexpr std::uint64_t kOnes = 0x0101010101010101U;
  constexpr std::uint64_t kHighs = 0x8080808080808080U;
  std::uint64_t word = 0;
  std::memcpy(&word, from, sizeof word);
  const auto marks_of = [word](char c) {
    const std::uint64_t zero = word ^ (kOnes * static_cast<unsigned char>(c));
    return (zero - kOnes) & ~zero;
  };
  std::uint64_t marks = marks_of('\\');
  if (stop != Stop::kBackslash) marks |= marks_of('"');
  if (stop == Stop::kEscaped) marks |= (word - kOnes * 0x20U) & ~word;
  if (stop == Stop::kUnsafe) marks |= (word - kOnes * 0x20U) | word;
  marks &= kHighs;
  return marks == 0 ? kWord : std::countr_zero(marks) / 8;
}

#if defined(__SSE2__)
using Signed = signed char __attribute__((vector_size(kBlock)));
using Unsigned = unsigned char __attribute__((vector_size(kBlock)));
#endif

/// The same for the sixteen bytes at `from`; 16 if none is.
template <Stop stop>
int PlainInBlock(const char* from) {
#if defined(__SSE2__)
  Signed bytes{};
  std::memcpy(&bytes, from, sizeof bytes);
  Signed marks = bytes == '\\';
  if (stop != Stop::kBackslash) marks |= bytes == '"';
  if (stop == Stop::kEscaped) marks |= std::bit_cast<Unsigned>(bytes) < 0x20U;
  // As signed numbers, bytes that are not ASCII are below the control characters.
  if (stop == Stop::kUnsafe) marks |= bytes < 0x20;
  const int bits = _mm_movemask_epi8(std::bit_cast<__m128i>(marks));
  return std::countr_zero(static_cast<unsigned>(bits) | (1U << kBlock));
#else
  const int plain = PlainInWord<stop>(from);
  return plain < kWord ? plain : kWord + PlainInWord<stop>(from + kWord);
#endif
}

/// Skips the bytes of [from, end) before the first that `stop` names. The steps of the loops are
/// constants, so that the processor begins with the next block before it knows what is in this one.
template <Stop stop>
const char* SkipPlain(const char* from, const char* end) {
  for (; end - from >= kBlock; from += kBlock) {
    const int plain = PlainInBlock<stop>(from);
    if (plain < kBlock) return from + plain;
  }
  while (from != end && !StopsAt<stop>(*from)) ++from;
  return from;
}

/// Copies the same bytes to `to`, where end - from bytes have room, and moves both.
template <Stop stop>
void CopyPlain(const char*& from, const char* end, char*& to) {
  const auto move = [&](int bytes) {
    from += bytes;
    to += bytes;
  };
  while (end - from >= kBlock) {
    std::memcpy(to, from, kBlock);
    const int plain = PlainInBlock<stop>(from);
    if (plain < kBlock) return move(plain);
    move(kBlock);
  }
  if (end - from >= kWord) {
    std::memcpy(to, from, kWord);
    const int plain = PlainInWord<stop>(from);
    if (plain < kWord) return move(plain);
    move(kWord);
  }
  while (from != end && !StopsAt<stop>(*from)) *to++ = *from++;
}

}  // namespace agm::json
