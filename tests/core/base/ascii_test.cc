#include "core/base/ascii.h"

#include <gtest/gtest.h>

namespace agm {
namespace {

TEST(Ascii, ChangesTheCaseOfAsciiLettersOnly) {
  EXPECT_EQ(AsciiLower("AbZ-9\xC3\x84[@`{"), "abz-9\xC3\x84[@`{");
  EXPECT_EQ(AsciiUpper("abZ-9\xC3\xA4[@`{"), "ABZ-9\xC3\xA4[@`{");
}

TEST(Ascii, KnowsLettersAndDigits) {
  for (int c = -128; c < 128; ++c) {
    const char each = static_cast<char>(c);
    const bool digit = each >= '0' && each <= '9';
    const bool letter = (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z');
    EXPECT_EQ(IsDigit(each), digit) << c;
    EXPECT_EQ(IsLetter(each), letter) << c;
    EXPECT_EQ(IsLetterOrDigit(each), letter || digit) << c;
  }
}

}  // namespace
}  // namespace agm
