#include <gtest/gtest.h>

#include <string>

#include "cli/clients/diff.h"

namespace agm::cli {
namespace {

std::string Lines(int from, int to) {
  std::string text;
  for (int i = from; i <= to; ++i) text += std::to_string(i) + "\n";
  return text;
}

TEST(UnifiedDiff, ShowsThreeLinesBeforeAndBehindAChange) {
  EXPECT_EQ(UnifiedDiff(Lines(1, 9), Lines(1, 4) + "X\n" + Lines(6, 9)),
            "  ...\n  2\n  3\n  4\n- 5\n+ X\n  6\n  7\n  8\n");
  EXPECT_EQ(UnifiedDiff(Lines(1, 7), Lines(1, 3) + "X\n" + Lines(5, 7)),
            "  1\n  2\n  3\n- 4\n+ X\n  5\n  6\n  7\n");
}

TEST(UnifiedDiff, LeavesNothingOutBetweenChangesThatAreNear) {
  const std::string near = "A\n" + Lines(1, 6) + "B\n";
  EXPECT_EQ(UnifiedDiff(near, "X\n" + Lines(1, 6) + "Y\n"),
            "- A\n+ X\n  1\n  2\n  3\n  4\n  5\n  6\n- B\n+ Y\n");
  const std::string far = "A\n" + Lines(1, 7) + "B\n";
  EXPECT_EQ(UnifiedDiff(far, "X\n" + Lines(1, 7) + "Y\n"),
            "- A\n+ X\n  1\n  2\n  3\n  ...\n  5\n  6\n  7\n- B\n+ Y\n");
}

TEST(UnifiedDiff, TakesALineEndForAChange) {
  EXPECT_EQ(UnifiedDiff("a", "a\n"), "- a\n+ a\n");
  EXPECT_EQ(UnifiedDiff("a\n\nb\n", "a\nb\n"), "  a\n- \n  b\n");
}

TEST(UnifiedDiff, ComparesLineByLineUntilThatTakesTooLong) {
  const auto texts = [](int lines) {
    std::string before;
    std::string after;
    for (int i = 0; i < lines; ++i) {
      before += i == lines / 2 ? "same\n" : "b\n";
      after += i == lines / 2 ? "same\n" : "a\n";
    }
    return UnifiedDiff(before, after);
  };
  EXPECT_NE(texts(1'000).find("\n  same\n"), std::string::npos);
  EXPECT_EQ(texts(1'001).find("\n  same\n"), std::string::npos);
  EXPECT_NE(texts(1'001).find("\n- same\n"), std::string::npos);
  EXPECT_NE(texts(1'001).find("\n+ same\n"), std::string::npos);
}

}  // namespace
}  // namespace agm::cli
