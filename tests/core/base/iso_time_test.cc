#include "core/base/iso_time.h"

#include <gtest/gtest.h>

namespace agm {
namespace {

WallTime At(std::int64_t milliseconds) { return WallTime(std::chrono::milliseconds(milliseconds)); }

TEST(IsoTime, IsInUtcWithTwoDigitsEach) {
  EXPECT_EQ(IsoTime(At(0)), "1970-01-01T00:00:00Z");
  EXPECT_EQ(IsoTime(At(1'709'175'905'999)), "2024-02-29T03:05:05Z");
  EXPECT_EQ(IsoTime(At(-1)), "1969-12-31T23:59:59Z");
}

TEST(IsoTime, NamesTheDay) {
  EXPECT_EQ(IsoDay(At(1'709'251'199'999)), "2024-02-29");
  EXPECT_EQ(IsoDay(At(1'709'251'200'000)), "2024-03-01");
}

}  // namespace
}  // namespace agm
