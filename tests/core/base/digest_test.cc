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

}  // namespace
}  // namespace agm
