#include "core/base/percent.h"

#include <gtest/gtest.h>

#include <string>

namespace agm {
namespace {

TEST(Percent, EncodesEachByteThatIsNotPlain) {
  EXPECT_EQ(PercentEncode("AZaz09-_.~"), "AZaz09-_.~");
  EXPECT_EQ(PercentEncode("a b/ü%+"), "a%20b%2F%C3%BC%25%2B");
  EXPECT_EQ(PercentEncode(std::string("\x00\xFF", 2)), "%00%FF");
  EXPECT_EQ(PercentEncode("models/x:y z", "/:"), "models/x:y%20z");
  EXPECT_EQ(PercentEncode(""), "");
}

TEST(Percent, DecodesEscapesOfEitherCase) {
  EXPECT_EQ(PercentDecode("a%20b%2f%2F%C3%bc"), "a b//ü");
  EXPECT_EQ(PercentDecode("%41"), "A");
  EXPECT_EQ(PercentDecode("%00"), std::string(1, '\0'));
  EXPECT_EQ(PercentDecode("%2541"), "%41");  // once only
}

TEST(Percent, KeepsASignThatBeginsNoEscape) {
  for (const char* text : {"%", "100%", "%4", "%g1", "%1g", "%%", "%-1", "% 1", "%u0041"}) {
    EXPECT_EQ(PercentDecode(text), text);
  }
  EXPECT_EQ(PercentDecode("%%41"), "%A");
  EXPECT_EQ(PercentDecode("%4%41"), "%4A");
}

TEST(Percent, ReadsAPlusAsASpaceInFormsOnly) {
  EXPECT_EQ(PercentDecode("a+b%2B"), "a+b+");
  EXPECT_EQ(PercentDecode("a+b%2B", true), "a b+");
}

TEST(Percent, GivesBackWhatWasEncoded) {
  std::string all;
  for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
  EXPECT_EQ(PercentDecode(PercentEncode(all)), all);
  EXPECT_EQ(PercentDecode(PercentEncode(all), true), all);
}

}  // namespace
}  // namespace agm
