#include "core/protocol/shared/fields.h"

#include <gtest/gtest.h>

#include <string>

#include "core/protocol/shared/numbers.h"

namespace agm::protocol {
namespace {

class FieldsTest : public testing::Test {
 protected:
  JsonView Body(const std::string& text) {
    text_ = text;
    doc_ = JsonDoc::Parse(text_).value();
    fields_ = {};
    return doc_->root();
  }
  /// The reason and message of the first problem.
  std::string Problem() const {
    return fields_.ok() ? "" : fields_.error()->reason + " " + fields_.error()->message;
  }

  std::string text_;
  std::optional<JsonDoc> doc_;
  Fields fields_;
};

TEST(FieldPath, WritesNamesAndIndices) {
  const FieldPath messages("messages");
  const FieldPath message(messages, 2);
  EXPECT_EQ(FieldPath().Text(), "");
  EXPECT_EQ(FieldPath(FieldPath(), "a").Text(), "a");
  EXPECT_EQ(FieldPath(message, "content").Text(), "messages[2].content");
  EXPECT_EQ(FieldPath(message, 0).Text(), "messages[2][0]");
  EXPECT_EQ(FieldPath(message, "").Text(), "messages[2]");
}

TEST(ParseBody, WantsAnObject) {
  EXPECT_TRUE(ParseBody("{}"));
  EXPECT_FALSE(ParseBody("{"));
  const auto list = ParseBody("[]");
  ASSERT_FALSE(list);
  EXPECT_NE(list.error().message.find("expected a JSON object as the body"), std::string::npos);
}

TEST_F(FieldsTest, TakesNullForAbsent) {
  const JsonView body = Body(R"({"a":null})");
  EXPECT_FALSE(fields_.Get(body, "a", JsonKind::kString, {}));
  EXPECT_FALSE(fields_.Get(body, "b", JsonKind::kString, {}));
  EXPECT_EQ(fields_.Text(body, "a", {}), "");
  EXPECT_EQ(fields_.Bool(body, "a", {}), std::nullopt);
  EXPECT_EQ(fields_.Integer(body, "a", {}), std::nullopt);
  EXPECT_EQ(fields_.Number(body, "a", {}), std::nullopt);
  EXPECT_TRUE(fields_.ok());
}

TEST_F(FieldsTest, KeepsTheFirstProblemAndReadsNothingAfterIt) {
  const JsonView body = Body(R"({"a":1,"b":"x","c":true,"d":5})");
  EXPECT_EQ(fields_.Text(body, "a", FieldPath("at")), "");
  const std::string first = Problem();
  EXPECT_TRUE(first.starts_with("invalid_type at.a: expected ")) << first;
  EXPECT_EQ(fields_.error()->param, "at.a");
  EXPECT_FALSE(fields_.Refuse("other", {}, "what"));
  EXPECT_EQ(fields_.Text(body, "b", {}), "");
  EXPECT_EQ(fields_.Bool(body, "c", {}), std::nullopt);
  EXPECT_EQ(fields_.Integer(body, "d", {}), std::nullopt);
  EXPECT_EQ(fields_.Number(body, "d", {}), std::nullopt);
  EXPECT_EQ(Problem(), first);
}

TEST_F(FieldsTest, MissesATextOnlyWhereItIsNeeded) {
  const JsonView body = Body(R"({"a":""})");
  EXPECT_EQ(fields_.NeededText(body, "a", {}), "");
  EXPECT_TRUE(fields_.ok());
  fields_.NeededText(body, "b", FieldPath("at"));
  EXPECT_EQ(Problem(), "missing_required_parameter at.b: a string is required");
}

TEST_F(FieldsTest, TakesOnlyTheWordsItKnows) {
  const JsonView body = Body(R"({"a":"low","b":"loud","c":""})");
  EXPECT_EQ(fields_.Word(body, "a", {}, {"low", "high"}), "low");
  EXPECT_EQ(fields_.Word(body, "c", {}, {"low", "high"}), "");
  EXPECT_TRUE(fields_.ok());
  EXPECT_EQ(fields_.Word(body, "b", {}, {"low", "high"}), "");
  EXPECT_EQ(Problem(), "invalid_value b: expected one of low, high, found \"loud\"");
}

TEST_F(FieldsTest, ReadsIntegersInARange) {
  const auto read = [this](const std::string& value) {
    return fields_.Integer(Body("{\"n\":" + value + "}"), "n", {}, {1, 3});
  };
  EXPECT_EQ(read("1"), 1);
  EXPECT_EQ(read("3"), 3);
  EXPECT_EQ(read("2.0"), 2);
  EXPECT_EQ(read("\"2\""), 2);
  EXPECT_EQ(read("0"), std::nullopt);
  EXPECT_EQ(Problem(), "integer_below_min_value n: expected at least 1, found 0");
  EXPECT_EQ(read("4"), std::nullopt);
  EXPECT_EQ(Problem(), "integer_above_max_value n: expected at most 3, found 4");
  EXPECT_EQ(read("1.5"), std::nullopt);
  EXPECT_EQ(Problem(), "invalid_type n: expected an integer, found 1.5");
  EXPECT_EQ(read("\"two\""), std::nullopt);
  EXPECT_TRUE(Problem().starts_with("invalid_type n: expected ")) << Problem();
}

TEST_F(FieldsTest, ReadsNumbersInARange) {
  const auto read = [this](const std::string& value) {
    return fields_.Number(Body("{\"n\":" + value + "}"), "n", {}, {0, 2});
  };
  EXPECT_EQ(read("0"), 0);
  EXPECT_EQ(read("2"), 2);
  EXPECT_EQ(read("\"0.5\""), 0.5);
  EXPECT_EQ(read("-0.1"), std::nullopt);
  EXPECT_TRUE(Problem().starts_with("decimal_below_min_value n: ")) << Problem();
  EXPECT_EQ(read("2.1"), std::nullopt);
  EXPECT_TRUE(Problem().starts_with("decimal_above_max_value n: ")) << Problem();
  EXPECT_EQ(read("true"), std::nullopt);
  EXPECT_TRUE(Problem().starts_with("invalid_type n: ")) << Problem();
}

TEST(Numbers, MayComeAsShortStrings) {
  const auto number = [](const std::string& text) {
    const auto doc = JsonDoc::Parse(text).value();
    return NumberOf(doc.root());
  };
  const auto integer = [](const std::string& text) {
    const auto doc = JsonDoc::Parse(text).value();
    return IntegerOf(doc.root());
  };
  EXPECT_EQ(number("\"0.7\""), 0.7);
  EXPECT_EQ(integer("\"12\""), 12);
  EXPECT_EQ(integer("12.0"), 12);
  EXPECT_EQ(number("\"" + std::string(62, '1') + "\"").has_value(), true);
  for (const std::string& text :
       {std::string("\"\""), std::string("\"x\""), std::string("\"1 2\""), std::string("[1]"),
        std::string("null"), "\"" + std::string(63, '1') + "\""}) {
    EXPECT_EQ(number(text), std::nullopt) << text;
    EXPECT_EQ(integer(text), std::nullopt) << text;
  }
  EXPECT_EQ(integer("\"1.5\""), std::nullopt);
}

}  // namespace
}  // namespace agm::protocol
