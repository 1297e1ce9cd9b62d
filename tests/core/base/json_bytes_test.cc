#include "core/base/json_bytes.h"

#include <gtest/gtest.h>

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
