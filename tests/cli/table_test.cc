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

}  // namespace
}  // namespace agm::cli
