#include "core/mock/message.h"

#include <gtest/gtest.h>

#include <string>

namespace agm::mock {
namespace {

TEST(Message, KnowsAFieldInBothSpellings) {
  EXPECT_TRUE(IsField("maxOutputTokens", "maxOutputTokens"));
  EXPECT_TRUE(IsField("max_output_tokens", "maxOutputTokens"));
  EXPECT_TRUE(IsField("seed", "seed"));
  for (const char* key : {"max_outputTokens", "maxoutputtokens", "max_output_token", "max",
                          "max_output_tokens_", "max_Output_tokens", "max_", ""}) {
    EXPECT_FALSE(IsField(key, "maxOutputTokens")) << key;
  }
  EXPECT_EQ(SnakeCase("maxOutputTokens"), "max_output_tokens");
}

TEST(Message, TakesTheLastOfTwoFieldsAndNullForAbsent) {
  const auto raw = [](const std::string& text) {
    const auto doc = JsonDoc::Parse(text).value();
    return std::string(Field(doc.root(), "topK").raw());
  };
  EXPECT_EQ(raw(R"({"topK":1,"top_k":2})"), "2");
  EXPECT_EQ(raw(R"({"topK":null})"), "");
  EXPECT_EQ(raw(R"({"topP":1})"), "");
}

TEST(Message, ReadsNumbersThatComeAsTexts) {
  const auto number = [](const std::string& text) {
    const auto doc = JsonDoc::Parse(text).value();
    return NumberOf(doc.root());
  };
  EXPECT_EQ(number("1.5"), 1.5);
  EXPECT_EQ(number("\"1.5\""), 1.5);
  for (const char* text : {"\"\"", "\" 1\"", "\"1 \"", "\"x\"", "true", "null"}) {
    EXPECT_EQ(number(text), std::nullopt) << text;
  }
}

TEST(Message, ReadsTheTextOfAContentWithoutThoughts) {
  const auto doc = JsonDoc::Parse(
      R"({"role":"model","parts":[{"text":"a"},{"text":"t","thought":true},{"text":"b"}]})");
  ASSERT_TRUE(doc);
  EXPECT_EQ(TextOf(doc->root()), "ab");
  EXPECT_EQ(RoleOf(doc->root()), "model");
  EXPECT_EQ(RoleOf(JsonDoc::Parse("{}").value().root()), "user");
}

}  // namespace
}  // namespace agm::mock
