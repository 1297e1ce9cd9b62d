#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "core/protocol/schema/schema.h"
#include "tests/core/protocol/schema/schema_notes.h"

namespace agm::protocol {
namespace {

std::string Clean(std::string_view schema) { return CleanSchema(schema).json; }
std::string Losses(std::string_view schema) { return Fates(CleanSchema(schema)); }
std::string All(std::string_view schema) { return Fates(CleanSchema(schema, SchemaReport::kAll)); }

// An object in an object, `levels` times, around a string.
std::string Nested(int levels, std::string_view innermost = R"({"type":"string"})") {
  std::string schema(innermost);
  for (int i = 0; i < levels; ++i) {
    schema = R"({"type":"object","properties":{"a":)" + schema + "}}";
  }
  return schema;
}

TEST(CleanSchema, WritesNothingForATextThatIsNoObject) {
  for (const std::string_view text : {"", "{", "5", "[]", "\"a\"", "null"}) {
    EXPECT_EQ(Clean(text), "") << text;
  }
}

TEST(CleanSchema, TakesAnyValueWhereThereIsNoSchema) {
  constexpr std::string_view kSchema =
      R"({"type":"object","properties":{"five":5,"any":true,"no":false,"list":["a"]}})";
  EXPECT_EQ(Clean(kSchema), R"({"type":"object","properties":{"five":{},"any":{},"list":{}}})");
  EXPECT_EQ(Losses(kSchema),
            "properties.five dropped: is no schema: any value is taken\n"
            "properties.list dropped: is no schema: any value is taken\n");
}

TEST(CleanSchema, CutsASchemaThatIsNestedTooDeeply) {
  const std::string deepest = Nested(47);
  EXPECT_EQ(Clean(deepest), deepest);
  EXPECT_EQ(Losses(deepest), "");
  EXPECT_EQ(Clean(Nested(48)), Nested(48, "{}"));
  const std::string losses = Losses(Nested(48));
  EXPECT_TRUE(losses.ends_with("properties.a dropped: nested too deeply, or too large\n"))
      << losses;
  EXPECT_EQ(CleanSchema(Nested(48)).notes.size(), 1U);
  EXPECT_EQ(Clean(Nested(50)), Nested(48, "{}"));
}

TEST(CleanSchema, WritesAPlaceAsOftenAsItIsReferredTo) {
  constexpr std::string_view kSchema =
      R"({"type":"object","properties":{"a":{"type":"string"},"b":{"$ref":"#/properties/a"},"c":{"$ref":"#/properties/a"},"d":{"$ref":"#/properties/a"}}})";
  EXPECT_EQ(
      Clean(kSchema),
      R"({"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"},"c":{"type":"string"},"d":{"type":"string"}}})");
  EXPECT_EQ(Losses(kSchema), "");
}

TEST(CleanSchema, TellsWhatStoodBesideAReference) {
  constexpr std::string_view kSchema =
      R"({"type":"object","properties":{"a":{"$ref":"#/$defs/A","$comment":"c","definitions":{},"description":"d"}},"$defs":{"A":{"type":"string"}}})";
  EXPECT_EQ(Losses(kSchema), "properties.a.description dropped: nothing may stand beside $ref\n");
  EXPECT_EQ(All(kSchema),
            "type kept\n"
            "properties kept\n"
            "properties.a.$ref kept\n"
            "properties.a.$comment dropped: nothing may stand beside $ref\n"
            "properties.a.definitions dropped: nothing may stand beside $ref\n"
            "properties.a.description dropped: nothing may stand beside $ref\n"
            "$defs kept\n"
            "$defs.A.type kept\n");
}

TEST(CleanSchema, TellsOfReferencesThatItWritesInTheirPlace) {
  EXPECT_EQ(All(R"({"allOf":[{"type":"string"}],"$defs":{"A":{"definitions":{},"$ref":"#/x"}}})"),
            "allOf changed: merged into one schema\n"
            "$defs kept\n"
            "$defs.A.$ref dropped: the reference cannot be followed any further\n"
            "$defs.A.definitions changed: written where they are referred to\n"
            "type kept\n");
  EXPECT_EQ(All(R"({"type":"object","properties":{"b":{"$ref":"#/properties/a"},"a":{}}})"),
            "type kept\n"
            "properties kept\n"
            "properties.b.$ref changed: written in its place\n");
}

TEST(CleanSchema, AllowsTheNullOfAnEnum) {
  EXPECT_EQ(
      Clean(R"({"type":"object","properties":{"a":{"type":["string","null"],"enum":["p",null]}}})"),
      R"({"type":"object","properties":{"a":{"anyOf":[{"type":"string","enum":["p"]},{"type":"null"}]}}})");
  EXPECT_EQ(
      Clean(
          R"({"type":"object","properties":{"a":{"type":["string","NUMBER","null"],"enum":["p",1,null]}}})"),
      R"({"type":"object","properties":{"a":{"anyOf":[{"type":["string","number"],"enum":["p",1]},{"type":"null"}]}}})");
}

TEST(CleanSchema, LeavesOutTypesThatAreNoWords) {
  EXPECT_EQ(Clean(R"({"type":["string",5]})"), R"({"type":"string"})");
  EXPECT_EQ(Clean(R"({"type":["",5]})"), "{}");
}

TEST(CleanSchema, LeavesOutKeywordsThatAreNull) {
  EXPECT_EQ(Clean(R"({"type":"string","title":null,"enum":null,"minLength":null})"),
            R"({"type":"string"})");
  EXPECT_EQ(Clean(R"({"type":"string","default":null})"), R"({"type":"string","default":null})");
}

TEST(CleanSchema, WritesAConstOfNullAsTheType) {
  EXPECT_EQ(Clean(R"({"const":null})"), R"({"type":"null"})");
  EXPECT_EQ(Clean(R"({"type":"null","const":null})"), R"({"type":"null"})");
  EXPECT_EQ(All(R"({"const":null})"), "const changed: type null\n");
}

TEST(CleanSchema, KeepsAConstThatIsNoPlainValue) {
  EXPECT_EQ(Clean(R"({"const":{"a":[1]}})"), R"({"const":{"a":[1]}})");
  EXPECT_EQ(Clean(R"({"const":true})"), R"({"const":true})");
  EXPECT_EQ(All(R"({"const":true})"), "const kept: sent, but may not be enforced\n");
}

TEST(CleanSchema, PrefersAnEnumToAConst) {
  EXPECT_EQ(Clean(R"({"enum":["a","b"],"const":"a"})"), R"({"enum":["a","b"]})");
  EXPECT_EQ(Losses(R"({"enum":["a","b"],"const":"a"})"),
            "const dropped: the enum beside it counts\n");
}

TEST(CleanSchema, CleansTheSchemaOfOtherProperties) {
  EXPECT_EQ(Clean(R"({"type":"object","additionalProperties":{"type":"STRING","strict":true}})"),
            R"({"type":"object","additionalProperties":{"type":"string"}})");
}

TEST(CleanSchema, TellsWhatBecomesOfNullable) {
  EXPECT_EQ(Losses(R"({"type":"string","nullable":false})"), "");
  EXPECT_EQ(All(R"({"type":"string","nullable":false})"),
            "type kept\nnullable dropped: says nothing\n");
  EXPECT_EQ(All(R"({"type":"string","nullable":true})"),
            "type kept\nnullable changed: type with null\n");
  EXPECT_EQ(All(R"({"nullable":true,"type":["string","number"]})"),
            "nullable dropped: the whole cannot be null\ntype kept\n");
  EXPECT_EQ(All(R"({"nullable":true,"type":"string","enum":["a"]})"),
            "nullable dropped: the whole cannot be null\ntype kept\nenum kept\n");
  EXPECT_EQ(All(R"({"properties":{"a":{"nullable":true,"title":"t"}}})"),
            "properties kept\n"
            "properties.a.nullable changed: anyOf with null\n"
            "properties.a.title kept\n");
}

TEST(CleanSchema, WritesTheItemsBehindATuple) {
  constexpr std::string_view kSchema =
      R"({"type":"array","items":[{"type":"STRING"}],"additionalItems":{"type":"NUMBER"}})";
  EXPECT_EQ(Clean(kSchema),
            R"({"type":"array","prefixItems":[{"type":"string"}],"items":{"type":"number"}})");
  EXPECT_EQ(All(kSchema),
            "type kept\n"
            "items changed: prefixItems\n"
            "items[0].type kept\n"
            "additionalItems changed: items\n"
            "additionalItems.type kept\n");
}

TEST(CleanSchema, LeavesOutTheItemsBehindATupleWhereTheyHaveNoForm) {
  EXPECT_EQ(Clean(R"({"items":[{"type":"string"}],"additionalItems":false})"),
            R"({"prefixItems":[{"type":"string"}]})");
  EXPECT_EQ(Losses(R"({"items":[{"type":"string"}],"additionalItems":false})"),
            "additionalItems dropped: items behind a tuple are not bounded\n");
  EXPECT_EQ(Clean(R"({"items":{"type":"string"},"additionalItems":{"type":"number"}})"),
            R"({"items":{"type":"string"}})");
  EXPECT_EQ(Losses(R"({"items":{"type":"string"},"additionalItems":{"type":"number"}})"),
            "additionalItems dropped: items behind a tuple are not bounded\n");
  EXPECT_EQ(Clean(R"({"prefixItems":[{"type":"string"}],"additionalItems":{"type":"number"}})"),
            R"({"prefixItems":[{"type":"string"}]})");
}

TEST(CleanSchema, TellsOfItems) {
  EXPECT_EQ(Clean(R"({"prefixItems":[{"type":"string"}],"items":false})"),
            R"({"prefixItems":[{"type":"string"}]})");
  EXPECT_EQ(All(R"({"prefixItems":[{"type":"string"},false],"items":false})"),
            "prefixItems kept\n"
            "prefixItems[0].type kept\n"
            "prefixItems[1] changed: takes no value: left out\n"
            "items dropped: items behind a tuple are not bounded\n");
  EXPECT_EQ(Clean(R"({"type":"array","items":true})"), R"({"type":"array"})");
  EXPECT_EQ(All(R"({"items":true})"), "items dropped: says nothing\n");
  EXPECT_EQ(Losses(R"({"items":true})"), "");
  EXPECT_EQ(All(R"({"items":{"type":"string"}})"), "items kept\nitems.type kept\n");
}

}  // namespace
}  // namespace agm::protocol
