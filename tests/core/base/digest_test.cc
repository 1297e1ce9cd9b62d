#include "core/base/digest.h"

#include <gtest/gtest.h>

namespace agm {
namespace {

TEST(Digest, IsSha256OverAllPieces) {
  Digest digest;
  EXPECT_EQ(digest.Hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  digest.Add("a");
  digest.Add("bc");
  EXPECT_EQ(digest.Hex(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Digest, IsTheSameForShortAndLongPieces) {
  const std::string text(10'000, 'x');
  const std::string whole = HexDigest(text);
  for (const std::size_t first : {0U, 1U, 4095U, 4096U, 4097U, 9'999U}) {
    Digest digest;
    digest.Add(std::string_view(text).substr(0, first));
    EXPECT_EQ(digest.Hex(), HexDigest(text.substr(0, first)));
    digest.Add(std::string_view(text).substr(first));
    EXPECT_EQ(digest.Hex(), whole) << first;
  }
  EXPECT_EQ(whole, "e4ee97ec252749d2096447e849628d0d7734f51700416eefbb33574bf0b3ee75");
}

}  // namespace
}  // namespace agm
