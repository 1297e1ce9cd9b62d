#include "core/base/base64.h"

#include <gtest/gtest.h>

namespace agm {
namespace {

// The test vectors of RFC 4648, section 10.
TEST(Base64, EncodesAndDecodesEachLength) {
  const std::pair<std::string, std::string> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : vectors) {
    EXPECT_EQ(EncodeBase64(bytes), text);
    EXPECT_EQ(DecodeBase64(text), bytes);
  }
}

TEST(Base64, WritesTheUrlAlphabetWithoutPadding) {
  EXPECT_EQ(EncodeBase64("\xFB\xFF\xFE"), "+//+");
  EXPECT_EQ(Base64Url("\xFB\xFF\xFE"), "-__-");
  EXPECT_EQ(Base64Url("f"), "Zg");
  EXPECT_EQ(Base64Url(""), "");
}

TEST(Base64, DecodesTheFirstBytesOnly) {
  EXPECT_EQ(DecodeBase64("Zm9vYmFy", 4), "foob");
  EXPECT_EQ(DecodeBase64("Zm9vYmFy", 0), "");
  EXPECT_EQ(DecodeBase64("Zm9vYmFy", 6), "foobar");
  EXPECT_EQ(DecodeBase64("Zm9vY"), "foo");  // the last group is not complete
}

TEST(Base64, IsNormalisedForTheUpstream) {
  EXPECT_EQ(NormalBase64("Zm9vYg=="), "Zm9vYg==");
  EXPECT_EQ(NormalBase64("Zm9vYg"), "Zm9vYg==");
  EXPECT_EQ(NormalBase64("Zm9v\r\n\t YmFy \n"), "Zm9vYmFy");
  EXPECT_EQ(NormalBase64("-__-"), "+//+");
  EXPECT_EQ(NormalBase64("ab-_cd+/"), "ab+/cd+/");
  EXPECT_EQ(NormalBase64("Zg= = \n"), "Zg==");
  for (const char* text : {"", "=", " \n", "Z", "Zm9vY", "Zm=9v", "Zm9%", "data:,", "Zm9v\x01"}) {
    EXPECT_FALSE(NormalBase64(text)) << text;
  }
}

TEST(Base64, AcceptsBothAlphabetsWithAndWithoutPaddingAsProtoJsonDoes) {
  EXPECT_TRUE(IsBase64("Zg=="));
  EXPECT_TRUE(IsBase64("Zg"));
  EXPECT_TRUE(IsBase64("-__-"));
  EXPECT_TRUE(IsBase64(""));
  EXPECT_FALSE(IsBase64("Z"));
  EXPECT_FALSE(IsBase64("Zm9v\n"));
  EXPECT_FALSE(IsBase64("Zm9%"));
  EXPECT_FALSE(IsBase64("Zg==="));
  EXPECT_FALSE(IsBase64("Zg=a"));
}

}  // namespace
}  // namespace agm
