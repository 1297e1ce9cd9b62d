#include "core/base/edit_distance.h"

#include <gtest/gtest.h>

namespace agm {
namespace {

TEST(EditDistance, CountsSingleEdits) {
  EXPECT_EQ(EditDistance("", ""), 0U);
  EXPECT_EQ(EditDistance("abc", "abc"), 0U);
  EXPECT_EQ(EditDistance("", "abc"), 3U);
  EXPECT_EQ(EditDistance("abc", "ac"), 1U);
  EXPECT_EQ(EditDistance("abc", "abdc"), 1U);
  EXPECT_EQ(EditDistance("kitten", "sitting"), 3U);
}

TEST(EditDistance, CountsTwoSwappedNeighboursAsOneEdit) {
  EXPECT_EQ(EditDistance("serve", "sevre"), 1U);
  EXPECT_EQ(EditDistance("ab", "ba"), 1U);
}

}  // namespace
}  // namespace agm
