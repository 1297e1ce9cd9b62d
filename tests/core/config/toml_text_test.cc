#include "core/config/toml_text.h"

#include <gtest/gtest.h>

#include <chrono>

namespace agm::config {
namespace {

using std::chrono::hours;

TEST(TomlText, EscapesWhatAStringCannotHold) {
  EXPECT_EQ(Quoted(""), R"("")");
  EXPECT_EQ(Quoted("a\"b\\c\nd\te"), R"("a\"b\\c\nd\te")");
  EXPECT_EQ(Quoted(std::string("\0\x1f \x7f~", 5)), R"("\u0000\u001F \u007F~")");
  EXPECT_EQ(Quoted("\xC3\xA9\xFF"), "\"\xC3\xA9\xEF\xBF\xBD\"");
}

TEST(TomlText, WritesAList) {
  EXPECT_EQ(QuotedList({}), "[]");
  EXPECT_EQ(QuotedList({"a"}), R"(["a"])");
  EXPECT_EQ(QuotedList({"a", "b"}), R"(["a", "b"])");
}

TEST(TomlText, QuotesAKeyOnlyWhereTomlWantsIt) {
  EXPECT_EQ(WriteKey("gpt-4o_1"), "gpt-4o_1");
  EXPECT_EQ(WriteKey("gpt-4.1"), R"("gpt-4.1")");
  EXPECT_EQ(WriteKey("a*"), R"("a*")");
  EXPECT_EQ(WriteKey(""), R"("")");
}

TEST(TomlText, WritesSecondsAndWholeDays) {
  EXPECT_EQ(WriteSeconds(Duration(0)), "0");
  EXPECT_EQ(WriteSeconds(Duration(5'000)), "5");
  EXPECT_EQ(WriteSeconds(Duration(250)), "0.25");
  EXPECT_EQ(WriteSeconds(Duration(1'001)), "1.001");
  EXPECT_EQ(WriteDays(hours(24)), R"("1d")");
  EXPECT_EQ(WriteDays(hours(7 * 24)), R"("7d")");
  EXPECT_EQ(WriteDays(hours(36)), "129600");
  EXPECT_EQ(WriteDays(Duration(0)), "0");
}

}  // namespace
}  // namespace agm::config
