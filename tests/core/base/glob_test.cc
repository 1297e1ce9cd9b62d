#include "core/base/glob.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace agm {
namespace {

TEST(Glob, MatchesAnyTextInPlaceOfAStar) {
  struct Case {
    const char* pattern;
    const char* text;
  };
  for (const Case& c : std::vector<Case>{{"", ""},
                                         {"*", ""},
                                         {"*", "a"},
                                         {"**", "ab"},
                                         {"abc", "abc"},
                                         {"abc*", "abc"},
                                         {"*abc", "abc"},
                                         {"a*c", "ac"},
                                         {"a*c", "abbbc"},
                                         {"a*c", "acbc"},
                                         {"*-pro-*", "gemini-2.5-pro-preview"},
                                         {"a*b*c", "axbxbxc"},
                                         {"*ab", "aab"},
                                         {"gpt-4*mini*", "gpt-4o-mini-2024"}}) {
    EXPECT_TRUE(GlobMatches(c.pattern, c.text)) << c.pattern << " " << c.text;
  }
  for (const Case& c : std::vector<Case>{{"", "a"},
                                         {"a", ""},
                                         {"abc", "abcd"},
                                         {"abcd", "abc"},
                                         {"abc", "ABC"},
                                         {"a*c", "abcd"},
                                         {"a*c", "xac"},
                                         {"a*b*c", "acb"},
                                         {"*a", "ab"},
                                         {"a?c", "abc"},
                                         {"*x*", "abc"}}) {
    EXPECT_FALSE(GlobMatches(c.pattern, c.text)) << c.pattern << " " << c.text;
  }
}

TEST(Glob, IsFastForAPatternThatNearlyMatchesEverywhere) {
  std::string pattern;
  for (int i = 0; i < 500; ++i) pattern += "*a";
  EXPECT_FALSE(GlobMatches(pattern + "b", std::string(20'000, 'a')));
}

TEST(Glob, GivesTheMoreExactPatternPrecedence) {
  // Each one has precedence over all that follow it.
  const std::vector<std::string> ranked = {
      "gemini-2.5-pro",  // the most literal characters
      "gemini-2.5-*",    // as many as the next two, with one star
      "*gemini-2.5-",    // the shorter literal text before its star
      "gemini*-2.5-*",   // more stars
      "abcd*",           // alphabetically before the next one
      "abce*",          "*", "**",
  };
  for (std::size_t i = 0; i < ranked.size(); ++i) {
    for (std::size_t j = 0; j < ranked.size(); ++j) {
      EXPECT_EQ(MoreExact(ranked[i], ranked[j]), i < j) << ranked[i] << " over " << ranked[j];
    }
  }
  std::vector<std::string> sorted = ranked;
  std::ranges::reverse(sorted);
  std::ranges::sort(sorted, MoreExact);
  EXPECT_EQ(sorted, ranked);
}

}  // namespace
}  // namespace agm
