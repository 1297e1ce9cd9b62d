#include "core/protocol/openai/picture_size.h"

#include <gtest/gtest.h>

#include <string>

namespace agm::protocol {
namespace {

std::string Shown(std::string_view size) {
  const auto picture = PictureOfSize(size);
  return picture ? picture->ratio + " " + picture->size : "none";
}

TEST(PictureSize, IsTheNearestRatio) {
  EXPECT_EQ(Shown("1024x1024"), "1:1 ");
  EXPECT_EQ(Shown("256x256"), "1:1 ");
  EXPECT_EQ(Shown("1536x1024"), "3:2 ");
  EXPECT_EQ(Shown("1024x1536"), "2:3 ");
  EXPECT_EQ(Shown("1792x1024"), "16:9 ");
  EXPECT_EQ(Shown("1024x1792"), "9:16 ");
  EXPECT_EQ(Shown("1000x1010"), "1:1 ");
  EXPECT_EQ(Shown("1200x400"), "21:9 ");
  EXPECT_EQ(Shown("800x1000"), "4:5 ");
}

TEST(PictureSize, GrowsWithThePixels) {
  EXPECT_EQ(Shown("1536x864"), "16:9 ");
  EXPECT_EQ(Shown("2048x2048"), "1:1 2K");
  EXPECT_EQ(Shown("2560x1440"), "16:9 2K");
  EXPECT_EQ(Shown("3840x2160"), "16:9 4K");
  EXPECT_EQ(Shown("4096x4096"), "1:1 4K");
  EXPECT_EQ(Shown("16384x16384"), "1:1 4K");
  EXPECT_EQ(Shown("16385x16384"), "none");
}

TEST(PictureSize, MayBeLeftOpen) { EXPECT_EQ(Shown("auto"), " "); }

TEST(PictureSize, IsNothingElse) {
  for (const char* size :
       {"", "1024", "x", "1024x", "x1024", "0x1", "1x0", "-1x5", "1.5x2", "1024X1024",
        "1024x1024x2", " 1x1", "1x1 ", "99999x1", "AUTO", "99999999999999999999x1"}) {
    EXPECT_EQ(Shown(size), "none") << size;
  }
}

}  // namespace
}  // namespace agm::protocol
