#include "core/config/lexer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace agm::config {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// What SkipStringOrComment skips at the beginning of `text`.
std::string_view Skipped(std::string_view text) {
  return text.substr(0, SkipStringOrComment(text, 0));
}

std::vector<std::string> ElementsOf(std::string_view text) {
  std::vector<std::string> parts;
  for (const Span& span : Elements(text, {0, text.size()})) {
    parts.emplace_back(text.substr(span.begin, span.end - span.begin));
  }
  return parts;
}

TEST(Lexer, SkipsEachKindOfString) {
  EXPECT_EQ(Skipped(R"("a" b)"), R"("a")");
  EXPECT_EQ(Skipped(R"("a\"b" c)"), R"("a\"b")");
  EXPECT_EQ(Skipped(R"("" b)"), R"("")");
  EXPECT_EQ(Skipped(R"('a\' b)"), R"('a\')");
  EXPECT_EQ(Skipped("\"\"\"a\n\"b\" \\\"\"\"\"\" c"), "\"\"\"a\n\"b\" \\\"\"\"\"\"");
  EXPECT_EQ(Skipped(R"("""a""""" b)"), R"("""a""""")");
  EXPECT_EQ(Skipped("'''a\n''\\''' b"), "'''a\n''\\'''");
}

TEST(Lexer, SkipsACommentUpToItsLinesEnd) {
  EXPECT_EQ(Skipped("# a \"b\nc"), "# a \"b");
  EXPECT_EQ(Skipped("# a"), "# a");
}

TEST(Lexer, SkipsNothingElse) {
  EXPECT_EQ(Skipped("a = \"b\""), "");
  EXPECT_EQ(Skipped(""), "");
  EXPECT_EQ(SkipStringOrComment("a", 5), 5U);
}

TEST(Lexer, EndsAStringThatNothingClosesWithItsLineOrTheText) {
  EXPECT_EQ(Skipped("\"a\nb\""), "\"a");
  EXPECT_EQ(Skipped("\"a\\"), "\"a\\");
  EXPECT_EQ(Skipped("\"\"\"a\n\""), "\"\"\"a\n\"");
}

TEST(Lexer, FindsTheElementsOfAList) {
  EXPECT_THAT(ElementsOf("[ 1, \"a, b\" , [2, 3], { c = 4, d = 5 } ]"),
              ElementsAre("1", "\"a, b\"", "[2, 3]", "{ c = 4, d = 5 }"));
  EXPECT_THAT(ElementsOf("[1, # one, two\n  2,\r\n]"), ElementsAre("1", "2"));
  EXPECT_THAT(ElementsOf("{ a.b = 1 }"), ElementsAre("a.b = 1"));
  EXPECT_THAT(ElementsOf("[ # none\n]"), IsEmpty());
  EXPECT_THAT(ElementsOf("[]"), IsEmpty());
  EXPECT_THAT(ElementsOf(""), IsEmpty());
}

TEST(Lexer, FindsTheEndsOfALine) {
  const std::string_view text = "ab\ncd";
  EXPECT_EQ(NextLine(text, 0), 3U);
  EXPECT_EQ(NextLine(text, 2), 3U);
  EXPECT_EQ(NextLine(text, 3), 5U);
  EXPECT_EQ(LineBegin(text, 2), 0U);
  EXPECT_EQ(LineBegin(text, 3), 3U);
  EXPECT_EQ(LineBegin(text, 5), 3U);
  const std::string_view marked =
      "\xEF\xBB\xBF"
      "ab\ncd";
  EXPECT_EQ(LineBegin(marked, 0), 3U);
  EXPECT_EQ(LineBegin(marked, 4), 3U);
  EXPECT_EQ(LineBegin(marked, 7), 6U);
}

TEST(Lexer, CountsTheDotsOfKeys) {
  EXPECT_EQ(MostDots(""), 0U);
  EXPECT_EQ(MostDots("a.b = 1\nc.d.e = 2\nf.g = 3"), 2U);
  EXPECT_EQ(MostDots("a.b = 1, c.d = 2"), 1U);
  EXPECT_EQ(MostDots("a.b = 1.5"), 1U);
  EXPECT_EQ(MostDots("a = \"x.y.z\" # x.y.z"), 0U);
  EXPECT_EQ(MostDots("a.\"b\".c = 1"), 2U);
}

TEST(Lexer, FindsCharactersThatTomlDoesNotAllow) {
  const auto found = [](std::string_view text) { return FirstStray(text); };
  EXPECT_EQ(found("a = \xC3\xA9"), 4U);
  EXPECT_EQ(found("\xEF\xBB\xBF"
                  "a = \"\xC3\xA9\" # \xC3\xA9\nb = \xC3"),
            21U);
  for (const std::string_view fine :
       {std::string_view("a = 1"), std::string_view("a = '\xC3\xA9' # \xC3\xA9"),
        std::string_view("a = \"\\\xC3\xA9\""), std::string_view("a = '''\\\xC3\xA9'''"),
        std::string_view("a = \"\"\"\xC3\xA9 \\\\\xC3\xA9 \\\n  b\"\"\"")}) {
    EXPECT_EQ(found(fine), fine.size()) << fine;
  }
  EXPECT_EQ(found("a = \"\"\"\\\xC3\xA9\"\"\""), 8U);
  EXPECT_EQ(found("a = \"\"\"b\\ \r\n\t\xC3\xA9\"\"\""), 13U);
}

TEST(Lexer, CountsLinesAndCharacters) {
  const auto place = [](std::string_view text, std::size_t at) {
    const Place found = PlaceAt(text, at);
    return std::pair(found.line, found.column);
  };
  EXPECT_EQ(place("ab\ncd", 0), std::pair(1, 1));
  EXPECT_EQ(place("ab\ncd", 4), std::pair(2, 2));
  EXPECT_EQ(place("a\xC3\xA9"
                  "b",
                  3),
            std::pair(1, 3));
  EXPECT_EQ(place("\xEF\xBB\xBF"
                  "ab",
                  4),
            std::pair(1, 2));
}

}  // namespace
}  // namespace agm::config
