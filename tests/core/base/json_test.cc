#include "core/base/json.h"

#include <gtest/gtest.h>

#include <string>

namespace agm {
namespace {

TEST(Json, MembersOfAnotherTypeReadLikeMissingOnes) {
  const Json value = {{"text", "a"}, {"number", 7}, {"list", {1, {{"id", "b"}}, "c"}}};
  EXPECT_EQ(TextOf(value, "text"), "a");
  EXPECT_EQ(NumberOf(value, "number"), 7);
  ASSERT_EQ(ObjectsOf(value, "list").size(), 1U);
  EXPECT_EQ(TextOf(ObjectsOf(value, "list").front(), "id"), "b");

  EXPECT_EQ(TextOf(value, "number"), "");
  EXPECT_EQ(NumberOf(value, "text"), 0);
  EXPECT_EQ(NumberOf({{"half", 0.5}}, "half"), 0);
  EXPECT_TRUE(ObjectsOf(value, "text").empty());
  EXPECT_EQ(TextOf(value, "missing"), "");
}

TEST(Json, DocumentsThatAreNoObjectHaveNoMembers) {
  for (const char* text : {"null", "1", "\"text\"", "[\"text\"]", "true"}) {
    const auto value = ParseJson(text);
    ASSERT_TRUE(value) << text;
    EXPECT_EQ(TextOf(*value, "text"), "") << text;
    EXPECT_EQ(NumberOf(*value, "text"), 0) << text;
    EXPECT_TRUE(ObjectsOf(*value, "text").empty()) << text;
  }
}

TEST(Json, RejectsWhatIsTooDeepOrGoesOn) {
  EXPECT_TRUE(ParseJson("[[1]]", 2));
  EXPECT_FALSE(ParseJson("[[1]]", 1));
  EXPECT_FALSE(ParseJson("{} {}"));
  EXPECT_FALSE(ParseJson("{/* */}"));
}

TEST(Json, InvalidUtf8IsReplacedWhereItIsWritten) {
  EXPECT_EQ(DumpJson(Json(std::string("a\xff"))), "\"a\xEF\xBF\xBD\"");
}

}  // namespace
}  // namespace agm
