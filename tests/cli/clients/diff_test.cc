#include "cli/clients/diff.h"

#include <gtest/gtest.h>

namespace agm::cli {
namespace {

TEST(UnifiedDiff, ShowsChangedLinesWithTheirNeighbours) {
  EXPECT_EQ(UnifiedDiff("a\nb\nc\n", "a\nx\nc\n"), "  a\n- b\n+ x\n  c\n");
  EXPECT_EQ(UnifiedDiff("", "a\nb"), "+ a\n+ b\n");
  EXPECT_EQ(UnifiedDiff("a\n", "a\n"), "");
}

TEST(UnifiedDiff, LeavesOutWhatIsFarAway) {
  EXPECT_EQ(UnifiedDiff("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "0\n1\n2\n3\n4\n5\n6\n7\n8\nX\n9\n"),
            "+ 0\n  1\n  2\n  3\n  ...\n  6\n  7\n  8\n+ X\n  9\n");
}

}  // namespace
}  // namespace agm::cli
