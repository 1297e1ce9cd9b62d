#include "cli/clients/diff.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

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

/// All texts of at most so many lines, each of which is a, b or c.
std::vector<std::string> Texts(std::size_t most) {
  std::vector<std::string> texts = {""};
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (texts[i].size() / 2 == most) continue;
    for (const char* line : {"a\n", "b\n", "c\n"}) texts.push_back(texts[i] + line);
  }
  return texts;
}

/// The length of the longest common subsequence, by trying all.
std::size_t Common(std::string_view a, std::string_view b) {
  if (a.empty() || b.empty()) return 0;
  if (a[0] == b[0]) return 1 + Common(a.substr(2), b.substr(2));
  return std::max(Common(a.substr(2), b), Common(a, b.substr(2)));
}

TEST(UnifiedDiff, IsTheShortestOne) {
  const std::vector<std::string> texts = Texts(4);
  for (const std::string& before : texts) {
    for (const std::string& after : texts) {
      std::string removed;
      std::string added;
      std::size_t changes = 0;
      std::istringstream lines(UnifiedDiff(before, after));
      for (std::string line; std::getline(lines, line);) {
        if (line[0] != '+') removed += line.substr(2) + "\n";
        if (line[0] != '-') added += line.substr(2) + "\n";
        if (line[0] != ' ') ++changes;
      }
      if (before == after) continue;
      // Lines without a change nearby are left out, but only from texts that are longer.
      ASSERT_EQ(removed, before) << after;
      ASSERT_EQ(added, after) << before;
      const std::size_t all = before.size() / 2 + after.size() / 2;
      ASSERT_EQ(changes, all - 2 * Common(before, after)) << before << "to\n" << after;
    }
  }
}

}  // namespace
}  // namespace agm::cli
