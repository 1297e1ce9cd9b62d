#pragma once

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

/// For json_*.cc here and in protocol only: looks at many bytes of text at once, as vectors where
/// the processor has SSE2, as each x86-64 has, else as words.
namespace agm::json {

/// The bytes at which a search stops.
enum class Stop : std::uint8_t {
  kBackslash,
  kQuote,    ///< `"` and `\`
  kEscaped,  ///< what must be escaped in a JSON string: control characters, `"` and `\`
  kUnsafe    ///< the same, and what is not ASCII
};

inline constexpr int kWord = 8;
inline constexpr int kBlock = 16;   ///< bytes that PlainInBlock looks at
inline constexpr int kWindow = 64;  ///< bytes that StopsInWindow looks at

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

/// The bytes of the eight at `from` that `stop` names, as the high bits of a word whose lowest byte
/// is the first. For little-endian machines only.
template <Stop stop>
std::uint64_t StopsInWord(const char* from) {
  constexpr std::uint64_t kOnes = 0x0101010101010101U;
  constexpr std::uint64_t kHighs = 0x8080808080808080U;
  std::uint64_t word = 0;
  std::memcpy(&word, from, sizeof word);
  // High bits are left out of sums and set before differences, so that no byte changes another.
  const auto marks_of = [word](char c) {
    const std::uint64_t zero = word ^ (kOnes * static_cast<unsigned char>(c));
    return ~(((zero & ~kHighs) + ~kHighs) | zero);
  };
  std::uint64_t marks = marks_of('\\');
  if (stop != Stop::kBackslash) marks |= marks_of('"');
  if (stop == Stop::kEscaped || stop == Stop::kUnsafe) {
    const std::uint64_t controls = ~((word | kHighs) - kOnes * 0x20U);
    marks |= stop == Stop::kUnsafe ? controls | word : controls & ~word;
  }
  return marks & kHighs;
}

/// The number of bytes before the first of the eight at `from` that `stop` names; 8 if none is.
template <Stop stop>
int PlainInWord(const char* from) {
  if constexpr (std::endian::native != std::endian::little) {
    int plain = 0;
    while (plain < kWord && !StopsAt<stop>(from[plain])) ++plain;
    return plain;
  }
  const std::uint64_t marks = StopsInWord<stop>(from);
  return marks == 0 ? kWord : std::countr_zero(marks) / 8;
}

#if defined(__SSE2__)
using Signed = signed char __attribute__((vector_size(kBlock)));
using Unsigned = unsigned char __attribute__((vector_size(kBlock)));
#endif

/// The bytes of the sixteen at `from` that `stop` names: bit i for byte i.
template <Stop stop>
std::uint64_t StopsInBlock(const char* from) {
#if defined(__SSE2__)
  Signed bytes{};
  std::memcpy(&bytes, from, sizeof bytes);
  Signed marks = bytes == '\\';
  if (stop != Stop::kBackslash) marks |= bytes == '"';
  if (stop == Stop::kEscaped) marks |= std::bit_cast<Unsigned>(bytes) < 0x20U;
  // As signed numbers, bytes that are not ASCII are below the control characters.
  if (stop == Stop::kUnsafe) marks |= bytes < 0x20;
  return static_cast<unsigned>(_mm_movemask_epi8(std::bit_cast<__m128i>(marks)));
#else
  std::uint64_t stops = 0;
  if constexpr (std::endian::native != std::endian::little) {
    for (int i = 0; i < kBlock; ++i) stops |= std::uint64_t{StopsAt<stop>(from[i])} << i;
    return stops;
  }
  // The product gathers the high bits of the bytes in its highest byte, the first one's lowest.
  constexpr std::uint64_t kGather = 0x0002040810204081U;
  for (int i = 0; i < kBlock; i += kWord) {
    stops |= (StopsInWord<stop>(from + i) * kGather >> 56U) << i;
  }
  return stops;
#endif
}

/// The same for the 64 bytes at `from`.
template <Stop stop>
std::uint64_t StopsInWindow(const char* from) {
  std::uint64_t stops = 0;
#pragma GCC unroll 4
  for (int i = 0; i < kWindow; i += kBlock) stops |= StopsInBlock<stop>(from + i) << i;
  return stops;
}

/// The number of bytes before the first of the sixteen at `from` that `stop` names; 16 if none is.
template <Stop stop>
int PlainInBlock(const char* from) {
  return std::countr_zero(StopsInBlock<stop>(from) | (1U << kBlock));
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

/// Copies [from, end) to `to` and returns the end of the copy. At each byte that `stop` names it
/// calls `replace(from, to)`, which writes something else and moves both. At `to` there must be
/// room for the copy, and for kBlock bytes more where the copy is longer than what is copied.
///
/// A window's stops are found at once, so that the processor need not guess, for each of the short
/// pieces between escapes, where it ends.
template <Stop stop, class Replace>
char* CopyReplacing(const char* from, const char* end, char* to, const Replace& replace) {
  constexpr std::ptrdiff_t kHead = 2 * kBlock;
  const auto copy_until = [&](const char* piece_end) {
    const std::ptrdiff_t size = piece_end - from;
    std::memcpy(to, from, kHead);
    for (std::ptrdiff_t i = kHead; i < size; i += kBlock) std::memcpy(to + i, from + i, kBlock);
    from = piece_end;
    to += size;
  };
  while (end - from >= kWindow + kHead) {
    const char* const window = from;
    std::uint64_t stops = StopsInWindow<stop>(window);
    while (stops != 0) {
      copy_until(window + std::countr_zero(stops));
      replace(from, to);
      stops = from - window < kWindow ? stops & (~std::uint64_t{0} << (from - window)) : 0;
    }
    if (from - window < kWindow) copy_until(window + kWindow);
  }
  for (;;) {
    CopyPlain<stop>(from, end, to);
    if (from == end) return to;
    replace(from, to);
  }
}

}  // namespace agm::json
