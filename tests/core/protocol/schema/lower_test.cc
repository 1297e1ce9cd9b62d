#include <gtest/gtest.h>

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "core/protocol/schema/schema.h"
#include "tests/core/protocol/schema/schema_notes.h"

namespace agm::protocol {
namespace {

std::string Lower(std::string_view schema) { return LowerSchema(schema).json; }
std::string Losses(std::string_view schema) { return Fates(LowerSchema(schema)); }

// How often `before` and `after` can stand around the schema of an integer until it is cut.
int LevelsOf(std::string_view before, std::string_view after) {
  std::string schema = R"({"type":"integer"})";
  int levels = 0;
  while (levels < 100 && Lower(schema).find("INTEGER") != std::string::npos) {
    schema = std::string(before) + schema + std::string(after);
    ++levels;
  }
  return levels - 1;
}

TEST(LowerSchema, WritesNothingForATextThatIsNoObject) {
  for (const std::string_view text : {"", "{", "5", "[]", "null"}) EXPECT_EQ(Lower(text), "");
}

TEST(LowerSchema, CutsASchemaThatIsNestedTooDeeply) {
  EXPECT_EQ(LevelsOf(R"({"type":"object","properties":{"a":)", "}}"), 24);
  EXPECT_EQ(LevelsOf(R"({"type":"array","items":)", "}"), 24);
  EXPECT_EQ(LevelsOf(R"({"type":"array","prefixItems":[)", "]}"), 24);
  EXPECT_EQ(LevelsOf(R"({"anyOf":[{"type":"string"},)", "]}"), 24);
  EXPECT_EQ(LevelsOf(R"({"type":"array","prefixItems":[{},)", "]}"), 12);
  EXPECT_EQ(LevelsOf(R"({"type":["array","string"],"items":)", "}"), 12);

  std::string schema = R"({"type":"integer"})";
  for (int i = 0; i < 25; ++i) schema = R"({"type":"array","items":)" + schema + "}";
  EXPECT_TRUE(Losses(schema).ends_with("items.items dropped: nested too deeply, or too large\n"))
      << Losses(schema);
}

TEST(LowerSchema, AsksForTextWhereThereIsNoSchema) {
  constexpr std::string_view kSchema = R"({"type":"object","properties":{"five":5,"any":true}})";
  EXPECT_EQ(
      Lower(kSchema),
      R"({"type":"OBJECT","properties":{"five":{"type":"STRING","description":"any JSON value, as text"},"any":{"type":"STRING","description":"any JSON value, as text"}},"propertyOrdering":["five","any"]})");
  EXPECT_EQ(Losses(kSchema),
            "properties.five dropped: is no schema\n"
            "properties.any hinted: any JSON value, as text\n");
}

TEST(LowerSchema, WritesAPlaceAsOftenAsItIsReferredTo) {
  EXPECT_EQ(
      Lower(
          R"({"type":"object","properties":{"a":{"$ref":"#/$defs/A"},"b":{"$ref":"#/$defs/A"},"c":{"$ref":"#/$defs/A"}},"$defs":{"A":{"type":"integer"}}})"),
      R"({"type":"OBJECT","properties":{"a":{"type":"INTEGER"},"b":{"type":"INTEGER"},"c":{"type":"INTEGER"}},"propertyOrdering":["a","b","c"]})");
}

TEST(LowerSchema, KeepsWhatStandsAroundTheOnlyAlternative) {
  EXPECT_EQ(
      Lower(
          R"({"title":"T","description":"outer","anyOf":[{"type":"string","title":"t"},{"type":"null"}]})"),
      R"({"type":"STRING","title":"t","description":"outer","nullable":true})");
}

TEST(LowerSchema, CutsRecursionInAnAlternativeOff) {
  const std::string lowered =
      Lower(R"({"type":"object","properties":{"next":{"anyOf":[{"$ref":"#"},{"type":"null"}]}}})");
  EXPECT_NE(lowered.find(
                R"json({"type":"OBJECT","description":"(nested as above)","nullable":true})json"),
            std::string::npos)
      << lowered;
}

TEST(LowerSchema, DescribesAChoice) {
  EXPECT_EQ(
      Lower(R"({"title":"t","description":"d","anyOf":[{"type":"string"},{"type":"integer"}]})"),
      R"({"title":"t","description":"d","anyOf":[{"type":"STRING"},{"type":"INTEGER"}]})");
}

TEST(LowerSchema, WritesAnEnum) {
  EXPECT_EQ(Lower(R"({"enum":["a",null]})"), R"({"type":"STRING","nullable":true,"enum":["a"]})");
  EXPECT_EQ(Lower(R"({"enum":["a",1,true]})"), R"({"type":"STRING","enum":["a","1","true"]})");
  EXPECT_EQ(Lower(R"({"enum":["","a"]})"),
            R"json({"type":"STRING","description":"(may be empty)","enum":["a"]})json");
  EXPECT_EQ(Lower(R"({"enum":["a"],"pattern":"a"})"), R"({"type":"STRING","enum":["a"]})");
  EXPECT_EQ(Lower(R"({"enum":[1,2]})"),
            R"json({"type":"NUMBER","description":"(one of 1, 2)"})json");
  EXPECT_EQ(Lower(R"({"const":false})"),
            R"json({"type":"BOOLEAN","description":"(always false)"})json");
}

TEST(LowerSchema, InfersATypeFromTheKeywordsThatBelongToIt) {
  EXPECT_EQ(Lower(R"({"additionalProperties":false})"), R"({"type":"OBJECT"})");
  EXPECT_EQ(Lower(R"({"items":{"type":"integer"}})"),
            R"({"type":"ARRAY","items":{"type":"INTEGER"}})");
  EXPECT_EQ(Lower(R"({"prefixItems":[{"type":"integer"}]})"),
            R"({"type":"ARRAY","items":{"type":"INTEGER"},"minItems":1,"maxItems":1})");
  EXPECT_EQ(Lower(R"({"minimum":0.50})"), R"({"type":"NUMBER","minimum":0.50})");
  EXPECT_EQ(Lower(R"({"maximum":5})"), R"({"type":"NUMBER","maximum":5})");
  EXPECT_EQ(Lower(R"({"multipleOf":5})"),
            R"json({"type":"NUMBER","description":"(a multiple of 5)"})json");
  EXPECT_EQ(Lower(R"({"pattern":"a"})"), R"({"type":"STRING","pattern":"a"})");
  EXPECT_EQ(Lower(R"({"format":"date-time"})"), R"({"type":"STRING","format":"date-time"})");
  EXPECT_EQ(Lower(R"({"minLength":1})"), R"({"type":"STRING","minLength":1})");
  EXPECT_EQ(Lower(R"({"maxLength":1})"), R"({"type":"STRING","maxLength":1})");
}

TEST(LowerSchema, WritesEachOfSeveralTypesWithItsBounds) {
  EXPECT_EQ(
      Lower(
          R"({"type":["string","number","array"],"minLength":2,"minimum":1,"items":{"type":"integer"},"maxItems":3})"),
      R"({"anyOf":[{"type":"STRING","minLength":2},{"type":"NUMBER","minimum":1},{"type":"ARRAY","items":{"type":"INTEGER"},"maxItems":3}]})");
}

TEST(LowerSchema, WritesTheItemsOfAnArray) {
  EXPECT_EQ(Lower(R"({"type":"array","items":{"type":"integer"},"minItems":1,"maxItems":2})"),
            R"({"type":"ARRAY","items":{"type":"INTEGER"},"minItems":1,"maxItems":2})");
  EXPECT_EQ(Lower(R"({"type":"array","items":[]})"),
            R"({"type":"ARRAY","items":{"type":"STRING"}})");
  EXPECT_EQ(Lower(R"({"type":"array","prefixItems":[],"items":{"type":"integer"}})"),
            R"({"type":"ARRAY","items":{"type":"INTEGER"}})");
  EXPECT_EQ(
      Lower(R"({"type":"array","items":[{"type":"integer"},{"type":"boolean"}],"minItems":1})"),
      R"({"type":"ARRAY","items":{"anyOf":[{"type":"INTEGER"},{"type":"BOOLEAN"}]},"minItems":2,"maxItems":2})");
}

TEST(LowerSchema, TakesAConstThatIsNullForNullable) {
  EXPECT_EQ(Lower(R"({"type":"string","const":null})"), R"({"type":"STRING","nullable":true})");
  EXPECT_EQ(Lower(R"({"type":"string","enum":["a",null],"const":null})"),
            R"({"type":"STRING","nullable":true,"enum":["a"]})");
}

TEST(LowerSchema, WritesOrHintsABoundThatIsExclusive) {
  EXPECT_EQ(Lower(R"({"type":"integer","exclusiveMinimum":3,"exclusiveMaximum":9})"),
            R"({"type":"INTEGER","minimum":4,"maximum":8})");
  EXPECT_EQ(Lower(R"({"type":"number","exclusiveMinimum":3,"exclusiveMaximum":9})"),
            R"json({"type":"NUMBER","description":"(more than 3; less than 9)"})json");
  EXPECT_EQ(Lower(R"({"type":"integer","exclusiveMinimum":3.5})"),
            R"json({"type":"INTEGER","description":"(more than 3.5)"})json");
  EXPECT_EQ(Lower(R"({"type":"integer","minimum":1,"exclusiveMinimum":3})"),
            R"json({"type":"INTEGER","description":"(more than 3)","minimum":1})json");
}

// This is how draft 4 of JSON Schema writes an exclusive bound.
TEST(LowerSchema, HintsABoundThatATrueMakesExclusive) {
  EXPECT_EQ(
      Lower(
          R"({"type":"number","minimum":1,"exclusiveMinimum":true,"maximum":2,"exclusiveMaximum":true})"),
      R"json({"type":"NUMBER","description":"(more than 1; less than 2)","minimum":1,"maximum":2})json");
  EXPECT_EQ(Lower(R"({"type":"number","minimum":1,"exclusiveMinimum":false})"),
            R"({"type":"NUMBER","minimum":1})");
}

TEST(LowerSchema, WritesTheFormatsThatATypeHas) {
  const auto format = [](std::string_view type, std::string_view name) {
    return Lower(fmt::format(R"({{"type":"{}","format":"{}"}})", type, name));
  };
  EXPECT_EQ(format("integer", "int32"), R"({"type":"INTEGER","format":"int32"})");
  EXPECT_EQ(format("integer", "int64"), R"({"type":"INTEGER","format":"int64"})");
  EXPECT_EQ(format("number", "float"), R"({"type":"NUMBER","format":"float"})");
  EXPECT_EQ(format("number", "double"), R"({"type":"NUMBER","format":"double"})");
  EXPECT_EQ(format("string", "date-time"), R"({"type":"STRING","format":"date-time"})");
  EXPECT_EQ(format("integer", "float"),
            R"json({"type":"INTEGER","description":"(format: float)"})json");
  EXPECT_EQ(format("number", "int32"),
            R"json({"type":"NUMBER","description":"(format: int32)"})json");
}

}  // namespace
}  // namespace agm::protocol
