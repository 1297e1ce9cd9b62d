#include "cli/table.h"

#include <gtest/gtest.h>

namespace agm::cli {
namespace {

TEST(Table, AlignsColumnsByWhatTheTerminalShows) {
  Io io = Io::Buffers();
  Table table({"NAME", "STATE"});
  table.Add({"東京", "ready"});
  table.Add({"naïve", "cooling"});
  table.Print(io);
  EXPECT_EQ(io.out, "NAME   STATE\n東京   ready\nnaïve  cooling\n");
}

TEST(Table, LeavesTheHeaderOutWhenQuiet) {
  Io io = Io::Buffers();
  io.quiet = true;
  Table table({"NAME"});
  table.Add({"a"});
  table.Print(io);
  EXPECT_EQ(io.out, "a\n");
}

TEST(Table, ShowsEmptyCellsAndNoTrailingSpace) {
  Io io = Io::Buffers();
  Table table({"A", "B"});
  table.Add({"", ""});
  table.Print(io);
  EXPECT_EQ(io.out, "A  B\n-  -\n");
}

TEST(Table, CutsTheLastColumnOnATerminalOnly) {
  Io io = Io::Buffers();
  Table table({"A", "B"});
  table.Add({"x", std::string(100, 'y')});
  table.Print(io);
  EXPECT_NE(io.out.find(std::string(100, 'y')), std::string::npos);
  io.out.clear();
  io.out_is_terminal = true;
  io.width = 40;
  table.Print(io);
  EXPECT_NE(io.out.find(std::string(36, 'y') + "…\n"), std::string::npos) << io.out;
}

TEST(Table, ColoursOnlyTheText) {
  Io io = Io::Buffers();
  io.out_is_terminal = io.colour = true;
  Table table({"A", "B"});
  table.Add({{"ok", Colour::kGreen}, "x"});
  table.Add({"long", "x"});
  table.Print(io);
  EXPECT_NE(io.out.find("\033[32mok\033[0m    x\n"), std::string::npos) << io.out;
}

TEST(Shorten, TakesControlCharactersAwayFromTheTerminal) {
  EXPECT_EQ(Shorten("a\033[2Jb\nc", 80), "a [2Jb c");
}

TEST(Shorten, NeverSplitsACharacter) {
  EXPECT_EQ(Shorten("東京東京", 5), "東京…");
  EXPECT_EQ(Shorten("東京東京", 4), "東…");
  EXPECT_EQ(Shorten("abc", 3), "abc");
  EXPECT_EQ(Shorten("abc", 0), "");
}

TEST(Wrap, BreaksLinesAtSpacesAndIndentsAllButTheFirst) {
  EXPECT_EQ(Wrap("", 2, 5), "");
  EXPECT_EQ(Wrap("aa bb", 2, 5), "aa bb");
  EXPECT_EQ(Wrap("aa bb", 2, 4), "aa\n  bb");
  EXPECT_EQ(Wrap("aa bb cc dd ee", 2, 5), "aa bb\n  cc dd\n  ee");
  EXPECT_EQ(Wrap("aaaaaa bb c", 0, 4), "aaaaaa\nbb c");
  EXPECT_EQ(Wrap("東京 東京", 1, 8), "東京\n 東京");
}

TEST(DisplayWidth, CountsWideCharactersTwiceAndMarksNever) {
  EXPECT_EQ(DisplayWidth("abc"), 3U);
  EXPECT_EQ(DisplayWidth("日本"), 4U);
  EXPECT_EQ(DisplayWidth("e\u0301"), 1U);
  EXPECT_EQ(DisplayWidth("🙂"), 2U);
}

TEST(Table, TakesARowWithFewerCells) {
  Io io = Io::Buffers();
  Table table({"A", "B"});
  table.Add({"x"});
  table.Print(io);
  EXPECT_EQ(io.out, "A  B\nx\n");
}

TEST(Table, MakesNoColumnTooNarrowToRead) {
  Io io = Io::Buffers();
  io.out_is_terminal = io.quiet = true;
  io.width = 20;
  Table table({"A", "B", "C"});
  table.Add({"abcdefghij", "abcdefghij", "abcdefghij"});
  table.Print(io);
  EXPECT_EQ(io.out, "abcde…  abcde…  abcde…\n");
}

TEST(DisplayWidth, KnowsTheEndsOfItsRanges) {
  for (const char* none : {"\u0300", "\u036F", "\u200B", "\u200F", "\uFEFF"}) {
    EXPECT_EQ(DisplayWidth(none), 0U) << none;
  }
  for (const char* one : {"\u02FF", "\u0370", "\u200A", "\u2010", "\u10FF", "\u1160", "\uD7A4"}) {
    EXPECT_EQ(DisplayWidth(one), 1U) << one;
  }
  for (const char* two : {"\u1100", "\u115F", "\uAC00", "\uD7A3", "\U0001F300", "\U0001F64F"}) {
    EXPECT_EQ(DisplayWidth(two), 2U) << two;
  }
}

TEST(Shorten, ReplacesControlCharactersAndNoOthers) {
  for (const char* control : {"\x01", "\x1F", "\x7F", "\xC2\x80", "\xC2\x9F"}) {
    EXPECT_EQ(Shorten(std::string("a") + control + "b", 10), "a b");
  }
  for (const char* other : {"!", "~", "\u00A0"}) {
    const std::string text = std::string("a") + other + "b";
    EXPECT_EQ(Shorten(text, 10), text);
  }
}

}  // namespace
}  // namespace agm::cli
