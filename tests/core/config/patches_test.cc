#include "core/config/patches.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <string_view>

namespace agm::config {
namespace {

Span SpanOf(const std::string& text, const std::string& part) {
  const std::size_t begin = text.find(part);
  EXPECT_NE(begin, std::string::npos) << part;
  return {begin, begin + part.size()};
}

std::string Changed(const std::string& text, const std::function<void(Patches&)>& change) {
  Patches patches(text);
  change(patches);
  return patches.Apply();
}

std::string WithLine(const std::string& text, const std::string& below) {
  const Span at = SpanOf(text, below);
  return Changed(text, [&](Patches& p) { p.InsertLine(at.end, at.begin, "x = 1"); });
}

std::string WithSection(const std::string& text, const std::string& last) {
  const Span at = SpanOf(text, last);
  return Changed(text, [&](Patches& p) { p.InsertSection(at.end, {"[new]", "x = 1"}); });
}

std::string AtEnd(const std::string& text) {
  return Changed(text, [](Patches& p) { p.AppendSection({"[new]", "x = 1"}); });
}

std::string WithoutSection(const std::string& text, const std::string& section) {
  const Span at = SpanOf(text, section);
  return Changed(text, [&](Patches& p) { p.RemoveSection(at); });
}

/// `list` is the bracketed part of `text`.
std::string WithElement(const std::string& text, const std::string& list) {
  const Span at = SpanOf(text, list);
  return Changed(text, [&](Patches& p) { p.AddElement(at, "9"); });
}

std::string WithoutElement(const std::string& text, const std::string& list,
                           const std::string& element) {
  const Span at = SpanOf(text, list);
  const std::size_t inside = at.begin + SpanOf(list, element).begin;
  return Changed(text, [&](Patches& p) { p.RemoveElement(at, inside); });
}

TEST(Patches, ApplyInTheOrderOfTheirPlaces) {
  const std::string text = "a = 1\nb = 2\n";
  EXPECT_EQ(Changed(text,
                    [&](Patches& p) {
                      p.Replace(SpanOf(text, "2"), "22");
                      p.Replace(SpanOf(text, "1"), "11");
                    }),
            "a = 11\nb = 22\n");
  EXPECT_EQ(Changed(text,
                    [&](Patches& p) {
                      p.Replace({6, 6}, "x\n");
                      p.Replace({6, 6}, "y\n");
                    }),
            "a = 1\nx\ny\nb = 2\n");
  EXPECT_EQ(Changed(text,
                    [&](Patches& p) {
                      p.Replace({0, 12}, "whole");
                      p.Replace({0, 6}, "");
                    }),
            "whole");
}

TEST(Patches, ApplyEachChangeOnce) {
  Patches patches("a = 1\n");
  patches.Replace({0, 1}, "b");
  EXPECT_EQ(patches.Apply(), "b = 1\n");
  EXPECT_EQ(patches.Apply(), "a = 1\n");
}

TEST(Patches, InsertALineWithItsNeighboursIndentation) {
  EXPECT_EQ(WithLine("a = 1\nb = 2\n", "a = 1"), "a = 1\nx = 1\nb = 2\n");
  EXPECT_EQ(WithLine("[s]\n \ta = 1 # c\nb = 2\n", "a = 1"),
            "[s]\n \ta = 1 # c\n \tx = 1\nb = 2\n");
  EXPECT_EQ(WithLine("a = 1", "a = 1"), "a = 1\nx = 1\n");
  EXPECT_EQ(WithLine("a = 1\r\nb = 2\r\n", "a = 1"), "a = 1\r\nx = 1\r\nb = 2\r\n");
  EXPECT_EQ(WithLine("\na = 1\r\n", "a = 1"), "\na = 1\r\nx = 1\n");
}

TEST(Patches, InsertASectionAboveTheNextOnesComments) {
  EXPECT_EQ(WithSection("[s]\na = 1\n\n# of t\n[t]\n", "a = 1"),
            "[s]\na = 1\n\n[new]\nx = 1\n\n# of t\n[t]\n");
  EXPECT_EQ(WithSection("[s]\na = 1\n# of t\n[t]\n", "a = 1"),
            "[s]\na = 1\n\n[new]\nx = 1\n\n# of t\n[t]\n");
  EXPECT_EQ(WithSection("[s]\na = 1\n# of s\n\n[t]\n", "a = 1"),
            "[s]\na = 1\n# of s\n\n[new]\nx = 1\n\n[t]\n");
  EXPECT_EQ(WithSection("[s]\na = 1\n[t]\n", "a = 1"), "[s]\na = 1\n\n[new]\nx = 1\n\n[t]\n");
  EXPECT_EQ(WithSection("[s]\na = 1\n# end\n", "a = 1"), "[s]\na = 1\n# end\n\n[new]\nx = 1\n");
  EXPECT_EQ(WithSection("[s]\na = 1\n\n", "a = 1"), "[s]\na = 1\n\n[new]\nx = 1\n");
}

TEST(Patches, AppendASectionToAnyText) {
  EXPECT_EQ(AtEnd(""), "[new]\nx = 1\n");
  EXPECT_EQ(AtEnd("\xEF\xBB\xBF"), "\xEF\xBB\xBF[new]\nx = 1\n");
  EXPECT_EQ(AtEnd("a = 1"), "a = 1\n\n[new]\nx = 1\n");
  EXPECT_EQ(AtEnd("a = 1\n"), "a = 1\n\n[new]\nx = 1\n");
  EXPECT_EQ(AtEnd("a = 1\n\n"), "a = 1\n\n[new]\nx = 1\n");
  EXPECT_EQ(AtEnd("a = 1\r\n"), "a = 1\r\n\r\n[new]\r\nx = 1\r\n");
}

TEST(Patches, RemoveAllLinesOfASpan) {
  const std::string text = "a = 1\nb = [\n2 ] # c\nd = 3\n";
  EXPECT_EQ(Changed(text, [&](Patches& p) { p.RemoveLines(SpanOf(text, "[\n2 ]")); }),
            "a = 1\nd = 3\n");
}

TEST(Patches, RemoveASectionWithOneEmptyLine) {
  EXPECT_EQ(WithoutSection("[s]\na = 1\n\n[t]\nb = 2\n\n[u]\n", "[t]\nb = 2"),
            "[s]\na = 1\n\n[u]\n");
  EXPECT_EQ(WithoutSection("[t]\nb = 2\n\n[u]\n", "[t]\nb = 2"), "[u]\n");
  EXPECT_EQ(WithoutSection("\xEF\xBB\xBF[t]\nb = 2\n\n[u]\n", "[t]\nb = 2"), "\xEF\xBB\xBF[u]\n");
  EXPECT_EQ(WithoutSection("[s]\na = 1\n\n[t]\nb = 2\n", "[t]\nb = 2"), "[s]\na = 1\n");
  EXPECT_EQ(WithoutSection("[s]\na = 1\n[t]\nb = 2\n\n[u]\n", "[t]\nb = 2"), "[s]\na = 1\n\n[u]\n");
  EXPECT_EQ(WithoutSection("[s]\na = 1\n[t]\nb = 2\n", "[t]\nb = 2"), "[s]\na = 1\n");
}

TEST(Patches, RemoveASectionsCommentsButNotTheNextOnes) {
  EXPECT_EQ(WithoutSection("[s]\n\n[t]\nb = 2\n# of t\n\n# of u\n[u]\n", "[t]\nb = 2"),
            "[s]\n\n# of u\n[u]\n");
  EXPECT_EQ(WithoutSection("[s]\n\n[t]\nb = 2\n# of u\n[u]\n", "[t]\nb = 2"),
            "[s]\n\n# of u\n[u]\n");
  EXPECT_EQ(WithoutSection("[s]\n\n[t]\nb = 2\n  # of t\n#\n", "[t]\nb = 2"), "[s]\n");
}

TEST(Patches, AddTheFirstElement) {
  EXPECT_EQ(WithElement("a = []\n", "[]"), "a = [9]\n");
  EXPECT_EQ(WithElement("a = [ ]\n", "[ ]"), "a = [9]\n");
  EXPECT_EQ(WithElement("a = {}\n", "{}"), "a = { 9 }\n");
  EXPECT_EQ(WithElement("a = [ # none\n]\n", "[ # none\n]"), "a = [9 # none\n]\n");
}

TEST(Patches, AddAnElementOnTheLastOnesLine) {
  EXPECT_EQ(WithElement("a = [1, 2]\n", "[1, 2]"), "a = [1, 2, 9]\n");
  EXPECT_EQ(WithElement("a = [1,]\n", "[1,]"), "a = [1, 9,]\n");
  EXPECT_EQ(WithElement("a = { b = 1 }\n", "{ b = 1 }"), "a = { b = 1, 9 }\n");
  EXPECT_EQ(WithElement("a = [1,\n2]\n", "[1,\n2]"), "a = [1,\n2,\n9]\n");
  EXPECT_EQ(WithElement("a = [\n1, 2\n]\n", "[\n1, 2\n]"), "a = [\n1, 2, 9\n]\n");
}

TEST(Patches, AddAnElementOnALineOfItsOwn) {
  EXPECT_EQ(WithElement("a = [\n  1,\n  2\n]\n", "[\n  1,\n  2\n]"), "a = [\n  1,\n  2,\n  9\n]\n");
  EXPECT_EQ(WithElement("a = [\n  1,\n  2, # c, d\n]\n", "[\n  1,\n  2, # c, d\n]"),
            "a = [\n  1,\n  2, # c, d\n  9,\n]\n");
  EXPECT_EQ(WithElement("a = [\n  \"x,y\" # c, d\n]\n", "[\n  \"x,y\" # c, d\n]"),
            "a = [\n  \"x,y\", # c, d\n  9\n]\n");
  EXPECT_EQ(WithElement("a = [\n  1,\n  2,]\n", "[\n  1,\n  2,]"), "a = [\n  1,\n  2,\n  9,]\n");
}

TEST(Patches, RemoveAnElementWithItsComma) {
  EXPECT_EQ(WithoutElement("a = [1, 2, 3]\n", "[1, 2, 3]", "1"), "a = [2, 3]\n");
  EXPECT_EQ(WithoutElement("a = [1, 2, 3]\n", "[1, 2, 3]", "2"), "a = [1, 3]\n");
  EXPECT_EQ(WithoutElement("a = [1, 2, 3]\n", "[1, 2, 3]", "3"), "a = [1, 2]\n");
  EXPECT_EQ(WithoutElement("a = [ 1 ]\n", "[ 1 ]", "1"), "a = [ ]\n");
  EXPECT_EQ(WithoutElement("a = [\"x,\"]\n", "[\"x,\"]", "x,"), "a = []\n");
  EXPECT_EQ(WithoutElement("a = [1, 2]\n", "[1, 2]", ","), "a = [1, 2]\n");
}

TEST(Patches, RemoveAnElementWithItsLine) {
  const std::string list = "[\n  1, # one\n  2,\n  3\n]";
  EXPECT_EQ(WithoutElement("a = " + list, list, "1"), "a = [\n  2,\n  3\n]");
  EXPECT_EQ(WithoutElement("a = " + list, list, "2,"), "a = [\n  1, # one\n  3\n]");
  EXPECT_EQ(WithoutElement("a = " + list, list, "3"), "a = [\n  1, # one\n  2,\n]");
  const std::string shared = "[\n  1, 2,\n  3]";
  EXPECT_EQ(WithoutElement("a = " + shared, shared, "1"), "a = [\n  2,\n  3]");
  EXPECT_EQ(WithoutElement("a = " + shared, shared, "3"), "a = [\n  1, 2]");
}

TEST(Patches, LeaveTheCommentsOfTheOtherElements) {
  const std::string list = "[\n  1,\n  # about 2\n  2,\n]";
  EXPECT_EQ(WithoutElement("a = " + list, list, "1"), "a = [\n  # about 2\n  2,\n]");
  EXPECT_EQ(WithoutElement("a = " + list, list, "2,"), "a = [\n  1,\n  # about 2\n]");
  EXPECT_EQ(WithoutElement("a = [ 1 # c\n]", "[ 1 # c\n]", "1"), "a = [ # c\n]");
  EXPECT_EQ(WithElement("a = [#\n]\n", "[#\n]"), "a = [9#\n]\n");
}

TEST(Patches, RemoveAnElementAndNothingElseOfItsLine) {
  const std::string shared = "[\n  1, 2,\n  3\n]";
  EXPECT_EQ(WithoutElement("a = " + shared, shared, "2"), "a = [\n  1, 3\n]");
  EXPECT_EQ(WithoutElement("a = " + shared, shared, "1"), "a = [\n  2,\n  3\n]");
  const std::string opened = "[ 1,\n  2 ]";
  EXPECT_EQ(WithoutElement("a = " + opened, opened, "1"), "a = [ 2 ]");
  EXPECT_EQ(WithoutElement("a = " + opened, opened, "2"), "a = [ 1 ]");
}

TEST(Patches, LookAtNothingOutsideOfTheText) {
  const std::string more = "b = 2\r\na = 1\n";
  const std::string_view text = std::string_view(more).substr(6);
  ASSERT_EQ(text, "\na = 1\n");
  Patches patches(text);
  patches.AppendSection({"[new]"});
  EXPECT_EQ(patches.Apply(), "\na = 1\n\n[new]\n");
  const std::string before = "\rba = 1";
  Patches without_line_end(std::string_view(before).substr(2));
  without_line_end.AppendSection({"[new]"});
  EXPECT_EQ(without_line_end.Apply(), "a = 1\n\n[new]\n");
}

}  // namespace
}  // namespace agm::config
