#include "core/mock/sample.h"

#include <gtest/gtest.h>

#include <string>

namespace agm::mock {
namespace {

std::string Sample(const std::string& schema, const std::string& text = "mock") {
  const auto doc = JsonDoc::Parse(schema);
  EXPECT_TRUE(doc) << schema;
  return doc ? SampleOf(doc->root(), text) : "";
}

TEST(Sample, IsOfTheTypeThatTheSchemaNames) {
  EXPECT_EQ(Sample(R"({"type":"string"})"), "\"mock\"");
  EXPECT_EQ(Sample(R"({"type":"INTEGER"})"), "7");
  EXPECT_EQ(Sample(R"({"type":"number"})"), "1.5");
  EXPECT_EQ(Sample(R"({"type":"boolean"})"), "true");
  EXPECT_EQ(Sample(R"({"type":"null"})"), "null");
  EXPECT_EQ(Sample(R"({"type":["null","boolean"]})"), "true");
  EXPECT_EQ(Sample(R"({"properties":{"a":{"type":"boolean"}}})"), R"({"a":true})");
  EXPECT_EQ(Sample(R"({"items":{"type":"boolean"}})"), "[true]");
  EXPECT_EQ(Sample(R"({"prefixItems":[{"type":"boolean"}]})"), "[true]");
  EXPECT_EQ(Sample("{}"), "\"mock\"");
}

TEST(Sample, TakesAFixedValueBeforeAllElse) {
  EXPECT_EQ(Sample(R"({"type":"string","enum":["a","b"]})"), "\"a\"");
  EXPECT_EQ(Sample(R"({"enum":["a"],"const":5})"), "5");
  EXPECT_EQ(Sample(R"({"allOf":[{"type":"integer"},{"const":3}]})"), "3");
}

TEST(Sample, KeepsTheBoundsOfNumbers) {
  EXPECT_EQ(Sample(R"({"type":"integer","minimum":8})"), "8");
  EXPECT_EQ(Sample(R"({"type":"integer","minimum":7})"), "7");
  EXPECT_EQ(Sample(R"({"type":"integer","exclusiveMinimum":7})"), "8");
  EXPECT_EQ(Sample(R"({"type":"integer","exclusiveMinimum":6})"), "7");
  EXPECT_EQ(Sample(R"({"type":"integer","maximum":5})"), "5");
  EXPECT_EQ(Sample(R"({"type":"integer","exclusiveMaximum":7})"), "6");
  EXPECT_EQ(Sample(R"({"type":"integer","exclusiveMaximum":8})"), "7");
  EXPECT_EQ(Sample(R"({"type":"integer","multipleOf":5})"), "10");
  EXPECT_EQ(Sample(R"({"type":"integer","multipleOf":5,"maximum":9})"), "5");
  EXPECT_EQ(Sample(R"({"type":"integer","multipleOf":5,"minimum":11})"), "15");
  EXPECT_EQ(Sample(R"({"type":"integer","multipleOf":0})"), "7");
  EXPECT_EQ(Sample(R"({"type":"integer","minimum":"8"})"), "8");
  EXPECT_EQ(Sample(R"({"type":"number","maximum":0.25})"), "0.25");
  EXPECT_EQ(Sample(R"({"type":"array","items":{"type":"number"},"minItems":3})"), "[1.5,2.5,3.5]");
}

TEST(Sample, KeepsTheLengthsOfTexts) {
  EXPECT_EQ(Sample(R"({"type":"string","minLength":6})"), "\"mock..\"");
  EXPECT_EQ(Sample(R"({"type":"string","maxLength":2})"), "\"mo\"");
  EXPECT_EQ(Sample(R"({"type":"string","maxLength":0})"), "\"\"");
  EXPECT_EQ(Sample(R"({"type":"string","maxLength":1})", "\xC3\xA9t"), "\"\xC3\xA9\"");
  EXPECT_EQ(Sample(R"({"type":"string"})", std::string(300, 'x')).size(), 202U);
}

TEST(Sample, KnowsTheFormatsOfTexts) {
  EXPECT_EQ(Sample(R"({"type":"string","format":"date-time"})"), "\"2026-01-02T03:04:05Z\"");
  EXPECT_EQ(Sample(R"({"type":"string","format":"date"})"), "\"2026-01-02\"");
  EXPECT_EQ(Sample(R"({"type":"string","format":"time"})"), "\"03:04:05Z\"");
  EXPECT_EQ(Sample(R"({"type":"string","format":"email"})"), "\"mock@example.com\"");
  EXPECT_EQ(Sample(R"({"type":"string","format":"uri"})"), "\"https://example.com/mock\"");
  EXPECT_EQ(Sample(R"({"type":"string","format":"uuid"})"),
            "\"00000000-0000-4000-8000-000000000000\"");
  EXPECT_EQ(Sample(R"({"type":"string","format":"odd"})"), "\"mock\"");
}

TEST(Sample, KeepsTheLengthsOfLists) {
  const std::string head = R"({"type":"array","items":{"type":"boolean"})";
  EXPECT_EQ(Sample(head + R"(,"minItems":2})"), "[true,true]");
  EXPECT_EQ(Sample(head + R"(,"maxItems":0})"), "[]");
  EXPECT_EQ(Sample(head + R"(,"prefixItems":[{"type":"null"}]})"), "[null]");
  EXPECT_EQ(Sample(head + R"(,"prefixItems":[{"type":"null"}],"minItems":3})"), "[null,true,true]");
}

TEST(Sample, FollowsReferencesAndChoices) {
  EXPECT_EQ(Sample(R"({"$ref":"#/$defs/a~1b","$defs":{"a/b":{"type":"integer"}}})"), "7");
  EXPECT_EQ(Sample(R"({"$ref":"#/$defs/a~0b","$defs":{"a~b":{"type":"integer"}}})"), "7");
  EXPECT_EQ(Sample(R"({"$ref":"other","type":"integer"})"), "7");
  EXPECT_EQ(Sample(R"({"anyOf":[{"type":"null"},{"type":"integer"}]})"), "7");
  EXPECT_EQ(Sample(R"({"oneOf":[{"type":"boolean"},{"type":"integer"}]})"), "true");
  EXPECT_EQ(Sample(R"({"anyOf":[{"type":"null"}]})"), "null");
  EXPECT_EQ(Sample(R"({"anyOf":[{"$ref":"#/$defs/x"},{"type":"boolean"}],)"
                   R"("$defs":{"x":{"type":"integer"}}})"),
            "true");
  EXPECT_EQ(Sample(R"({"anyOf":[{"$ref":"#/$defs/x"}],"$defs":{"x":{"type":"integer"}}})"), "7");
}

TEST(Sample, EndsARecursionAtOptionalMembers) {
  EXPECT_EQ(Sample(R"({"$ref":"#/$defs/n","$defs":{"n":{"type":"object","properties":)"
                   R"({"id":{"type":"boolean"},"next":{"$ref":"#/$defs/n"}},"required":["id"]}}})"),
            R"({"id":true,"next":{"id":true,"next":{"id":true,"next":{"id":true,)"
            R"("next":{"id":true}}}}})");
  const std::string endless =
      Sample(R"({"$ref":"#/$defs/n","$defs":{"n":{"type":"object","properties":)"
             R"({"next":{"$ref":"#/$defs/n"}},"required":["next"]}}})");
  EXPECT_TRUE(JsonDoc::Parse(endless)) << endless;
  EXPECT_LT(endless.size(), 400U);
}

TEST(Sample, WritesEachMemberOnce) {
  EXPECT_EQ(Sample(R"({"allOf":[{"properties":{"a":{"type":"integer"},"b":false}},)"
                   R"({"properties":{"a":{"type":"boolean"},"c":{"type":"null"}}}]})"),
            R"({"a":7,"c":null})");
}

TEST(Sample, WritesNullBelowSeventeenLevels) {
  std::string schema = R"({"type":"boolean"})";
  std::string sample = "null";
  for (int level = 0; level < 17; ++level) {
    schema = R"({"type":"object","properties":{"a":)" + schema + R"(},"required":["a"]})";
    sample = R"({"a":)" + sample + "}";
  }
  EXPECT_EQ(Sample(schema), sample);
}

TEST(Sample, SeesSixteenChoicesDeep) {
  std::string schema = R"({"const":5})";
  for (int depth = 0; depth < 16; ++depth) schema = R"({"anyOf":[)" + schema + "]}";
  EXPECT_EQ(Sample(schema), "5");
}

TEST(Sample, ShowsAnItemOfAnOptionalListInTheUpperLevelsOnly) {
  std::string schema = R"({"type":"array","items":{"type":"boolean"}})";
  const auto within = [](const std::string& inner) {
    return R"({"type":"object","properties":{"a":)" + inner + R"(},"required":["a"]})";
  };
  schema = within(within(within(schema)));
  EXPECT_EQ(Sample(schema), R"({"a":{"a":{"a":[true]}}})");
  EXPECT_EQ(Sample(within(schema)), R"({"a":{"a":{"a":{"a":[]}}}})");
}

}  // namespace
}  // namespace agm::mock
