#include "core/base/json_bytes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

namespace agm::json {
namespace {

/// What the names of the stops mean, said once more.
template <Stop stop>
bool Expected(int byte) {
  const bool quote = byte == '"' && stop != Stop::kBackslash;
  const bool control = byte < 0x20 && (stop == Stop::kEscaped || stop == Stop::kUnsafe);
  const bool foreign = byte > 0x7f && stop == Stop::kUnsafe;
  return byte == '\\' || quote || control || foreign;
}

/// Each byte at each place of a text of `size` plain bytes, with plain bytes and stops behind it.
template <Stop stop>
void TryAll(std::size_t size) {
  for (std::size_t at = 0; at < size; ++at) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string text(size, 'x');
      text[at] = static_cast<char>(byte);
      if (at + 2 < size) text[at + 2] = '\\';
      const std::size_t end = Expected<stop>(byte) ? at : at + 2 < size ? at + 2 : size;
      const char* const begin = text.data();
      const auto where = [&] {
        return "byte " + std::to_string(byte) + " at " + std::to_string(at) + " of " +
               std::to_string(size);
      };
      const char* const skipped = SkipPlain<stop>(begin, begin + size);
      ASSERT_EQ(static_cast<std::size_t>(skipped - begin), end) << where();
      std::string copy(size, '-');
      const char* from = begin;
      char* to = copy.data();
      CopyPlain<stop>(from, begin + size, to);
      ASSERT_EQ(static_cast<std::size_t>(from - begin), end) << where();
      ASSERT_EQ(to - copy.data(), from - begin) << where();
      ASSERT_EQ(std::string_view(copy).substr(0, end), std::string_view(text).substr(0, end));
      if (size == kWord) {
        ASSERT_EQ(static_cast<std::size_t>(PlainInWord<stop>(begin)), end) << where();
      }
      if (size == kBlock) {
        ASSERT_EQ(static_cast<std::size_t>(PlainInBlock<stop>(begin)), end) << where();
      }
    }
  }
}

template <Stop stop>
void TryAllSizes() {
  for (int byte = 0; byte < 256; ++byte) {
    EXPECT_EQ(StopsAt<stop>(static_cast<char>(byte)), Expected<stop>(byte)) << byte;
  }
  for (const std::size_t size : {1U, 7U, 8U, 9U, 15U, 16U, 17U, 24U, 31U, 33U, 48U}) {
    TryAll<stop>(size);
  }
}

TEST(JsonBytes, StopAtABackslash) { TryAllSizes<Stop::kBackslash>(); }
TEST(JsonBytes, StopAtAQuote) { TryAllSizes<Stop::kQuote>(); }
TEST(JsonBytes, StopAtWhatIsEscaped) { TryAllSizes<Stop::kEscaped>(); }
TEST(JsonBytes, StopAtWhatIsUnsafe) { TryAllSizes<Stop::kUnsafe>(); }

/// A text of bytes that tempt each search, other for each `seed`.
std::string Mixed(std::size_t size, unsigned seed) {
  constexpr std::string_view kBytes("\\\\]\"#! \x1f\x00\x01 \x80\x7f\xdc\xa2xyz[", 19);
  std::string text;
  for (std::size_t i = 0; i < size; ++i) {
    seed = seed * 1664525U + 1013904223U;
    const bool plain = (seed >> 8U) % 64 < seed >> 26U;
    text += plain ? 'x' : kBytes[(seed >> 16U) % kBytes.size()];
  }
  return text;
}

template <class Stops>
std::string Places(Stops stops, int count) {
  std::string places;
  for (int i = 0; i < count; ++i) places += (stops >> i & 1U) != 0 ? '1' : '0';
  return places;
}

template <Stop stop>
std::string ExpectedPlaces(std::string_view text) {
  std::string places;
  for (const char c : text) places += Expected<stop>(static_cast<unsigned char>(c)) ? '1' : '0';
  return places;
}

/// All stops of a word, a block and a window, where they stand beside each other.
template <Stop stop>
void FindAll() {
  for (unsigned seed = 0; seed < 3000; ++seed) {
    const std::string text = Mixed(kWindow, seed);
    const std::string expected = ExpectedPlaces<stop>(text);
    ASSERT_EQ(Places(StopsInWindow<stop>(text.data()), kWindow), expected) << seed;
    ASSERT_EQ(Places(StopsInBlock<stop>(text.data()), kBlock), expected.substr(0, kBlock)) << seed;
    if (std::endian::native != std::endian::little) continue;
    std::string word;
    const std::uint64_t highs = StopsInWord<stop>(text.data());
    for (int i = 0; i < kWord; ++i) word += (highs >> (8 * i + 7) & 1U) != 0 ? '1' : '0';
    ASSERT_EQ(word, expected.substr(0, kWord)) << seed;
    ASSERT_EQ(highs & 0x7f7f7f7f7f7f7f7fU, 0U);
  }
}

TEST(JsonBytes, FindsAllBackslashes) { FindAll<Stop::kBackslash>(); }
TEST(JsonBytes, FindsAllQuotes) { FindAll<Stop::kQuote>(); }
TEST(JsonBytes, FindsAllThatIsEscaped) { FindAll<Stop::kEscaped>(); }
TEST(JsonBytes, FindsAllThatIsUnsafe) { FindAll<Stop::kUnsafe>(); }

/// Each stop is replaced by `<`, its byte and `>`, or, together with what follows, by nothing.
TEST(JsonBytes, CopyWithReplacements) {
  for (const std::size_t size : {0U, 1U, 16U, 63U, 64U, 95U, 96U, 97U, 160U, 161U, 300U, 1000U}) {
    for (unsigned seed = 0; seed < 300; ++seed) {
      const std::string text = Mixed(size, seed);
      const char* const end = text.data() + text.size();
      const auto mark = [](const char*& from, char*& to) {
        *to++ = '<';
        *to++ = *from++;
        *to++ = '>';
      };
      const auto skip = [end](const char*& from, char*&) {
        from += std::min<std::ptrdiff_t>(12, end - from);
      };
      std::string marked;
      for (const char c : text) {
        const bool stops = Expected<Stop::kEscaped>(static_cast<unsigned char>(c));
        marked += stops ? std::string{'<', c, '>'} : std::string{c};
      }
      std::string skipped;
      for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\') {
          i += 11;
        } else {
          skipped += text[i];
        }
      }
      std::string out(3 * size + kBlock, '-');
      char* to = CopyReplacing<Stop::kEscaped>(text.data(), end, out.data(), mark);
      ASSERT_EQ(std::string_view(out.data(), static_cast<std::size_t>(to - out.data())), marked);
      out.assign(size, '-');
      to = CopyReplacing<Stop::kBackslash>(text.data(), end, out.data(), skip);
      ASSERT_EQ(std::string_view(out.data(), static_cast<std::size_t>(to - out.data())), skipped);
    }
  }
}

TEST(JsonBytes, OfNothingAreNone) {
  const std::string text = "\\";
  EXPECT_EQ(SkipPlain<Stop::kUnsafe>(text.data(), text.data()), text.data());
  const char* from = text.data();
  char to = '-';
  char* out = &to;
  CopyPlain<Stop::kEscaped>(from, from, out);
  EXPECT_EQ(out, &to);
  EXPECT_EQ(to, '-');
}

}  // namespace
}  // namespace agm::json
