#include "core/base/digest.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/allocations/allocations.h"
#include "tests/support/sanitized.h"

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
  for (const std::size_t first : {0U, 1U, 1023U, 1024U, 1025U, 4096U, 9'999U}) {
    Digest digest;
    digest.Add(std::string_view(text).substr(0, first));
    EXPECT_EQ(digest.Hex(), HexDigest(text.substr(0, first)));
    digest.Add(std::string_view(text).substr(first));
    EXPECT_EQ(digest.Hex(), whole) << first;
  }
  EXPECT_EQ(whole, "e4ee97ec252749d2096447e849628d0d7734f51700416eefbb33574bf0b3ee75");
}

TEST(Digest, HoldsLittleOfALongText) {
  if (test::kSanitized) GTEST_SKIP() << "a sanitizer has an allocator of its own";
  const test::Allocations all;
  Digest digest;
  for (int i = 0; i < 40; ++i) digest.Add(std::string(100, 'x'));
  EXPECT_LE(all.held(), 100);
  EXPECT_EQ(digest.Hex(), HexDigest(std::string(4'000, 'x')));
}

}  // namespace
}  // namespace agm
