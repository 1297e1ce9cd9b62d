#include "core/base/utf8.h"

#include <gtest/gtest.h>

#include <string>

namespace agm {
namespace {

const std::string kReplaced = "\xEF\xBF\xBD";

TEST(Utf8, AcceptsTheFirstAndTheLastCharacterOfEachLength) {
  for (const std::string text :
       {"\x7F", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80",
        "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF1\x80\x80\x80", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_EQ(Utf8Sequence(text), text.size()) << text;
    EXPECT_EQ(Utf8Sequence(text + "z"), text.size()) << text;
    EXPECT_TRUE(IsUtf8("12345678" + text + "abc")) << text;
    EXPECT_EQ(ToUtf8(text), text);
    EXPECT_EQ(CountCodePoints(text), 1U) << text;
    EXPECT_EQ(CountCodePoints("1234567" + text + text), 9U) << text;
  }
  EXPECT_EQ(Utf8Sequence(""), 0U);
  EXPECT_TRUE(IsUtf8(""));
}

TEST(Utf8, ReplacesEachByteThatIsNotWellFormed) {
  struct Case {
    const char* what;
    std::string bytes;
    std::size_t replaced;  // at its start; what follows is ASCII
  };
  const Case cases[] = {
      {"a tail without a head", "\x80", 1},
      {"two bytes for an ASCII character", "\xC1\xBF", 2},
      {"three bytes where two suffice", "\xE0\x9F\xBF", 3},
      {"half of a surrogate pair", "\xED\xA0\x80", 3},
      {"the other half of a surrogate pair", "\xED\xBF\xBF", 3},
      {"four bytes where three suffice", "\xF0\x8F\xBF\xBF", 4},
      {"a code point above U+10FFFF", "\xF4\x90\x80\x80", 4},
      {"a byte that begins nothing", "\xF5\x80\x80\x80", 4},
      {"two bytes, cut off", "\xC3", 1},
      {"three bytes, cut off", "\xE2\x82", 2},
      {"four bytes, cut off", "\xF0\x9F\x98", 3},
      {"two bytes, the second wrong", "\xC3z", 1},
      {"two bytes, the second a head", "\xC3\xC3", 2},
      {"three bytes, the third wrong", "\xE2\x82z", 2},
      {"four bytes, the third wrong", "\xF0\x9Fzz", 2},
      {"four bytes, the fourth wrong", "\xF0\x9F\x98z", 3},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.what);
    EXPECT_EQ(Utf8Sequence(c.bytes), 0U);
    EXPECT_FALSE(IsUtf8(c.bytes));
    EXPECT_FALSE(IsUtf8("12345678" + c.bytes));
    std::string expected;
    for (std::size_t i = 0; i < c.replaced; ++i) expected += kReplaced;
    expected += c.bytes.substr(c.replaced);
    EXPECT_EQ(ToUtf8(c.bytes), expected);
    EXPECT_EQ(ToUtf8("é" + c.bytes + "é"), "é" + expected + "é");
  }
}

TEST(Utf8, AppendsTheFirstAndTheLastCodePointOfEachLength) {
  const auto bytes = [](char32_t code) {
    std::string out;
    AppendUtf8(out, code);
    return out;
  };
  EXPECT_EQ(bytes(0x7F), "\x7F");
  EXPECT_EQ(bytes(0x80), "\xC2\x80");
  EXPECT_EQ(bytes(0x7FF), "\xDF\xBF");
  EXPECT_EQ(bytes(0x800), "\xE0\xA0\x80");
  EXPECT_EQ(bytes(0xFFFF), "\xEF\xBF\xBF");
  EXPECT_EQ(bytes(0x10000), "\xF0\x90\x80\x80");
  EXPECT_EQ(bytes(0x10FFFF), "\xF4\x8F\xBF\xBF");
}

}  // namespace
}  // namespace agm
