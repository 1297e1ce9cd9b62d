#include "core/protocol/schema/schema.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include <string>

#include "core/base/json_doc.h"
#include "tests/core/protocol/schema/schema_notes.h"

namespace agm::protocol {
namespace {

std::string Clean(std::string_view schema) { return CleanSchema(schema).json; }
std::string Lower(std::string_view schema) { return LowerSchema(schema).json; }

std::string Notes(const SchemaText& schema) {
  std::string out;
  for (const SchemaNote& note : schema.notes) out += note.path + ": " + note.what + "\n";
  return out;
}

TEST(CleanSchema, LeavesAGoodSchemaAsItIs) {
  constexpr std::string_view kGood =
      R"({"type":"object","properties":{"zip":{"type":["string","null"]},"n":{"type":"number","minimum":0.70},"l":{"type":"array","items":{"type":"string"},"minItems":1}},"required":["zip"],"additionalProperties":false})";
  EXPECT_EQ(Clean(kGood), kGood);
  EXPECT_TRUE(CleanSchema(kGood).notes.empty());
}

TEST(CleanSchema, DropsWordsThatSayNothing) {
  EXPECT_EQ(
      Clean(
          R"({"$schema":"x","$comment":"y","type":"object","strict":true,"properties":{"a":{"type":"STRING","example":"b"}}})"),
      R"({"type":"object","properties":{"a":{"type":"string"}}})");
}

TEST(CleanSchema, TouchesOnlySchemasNotData) {
  constexpr std::string_view kData =
      R"({"type":"object","properties":{"const":{"type":"string","enum":["$ref","nullable"]},"x":{"type":"object","default":{"$schema":1,"nullable":true}}}})";
  EXPECT_EQ(Clean(kData), kData);
}

TEST(CleanSchema, RenamesDefinitionsAndTheirReferences) {
  EXPECT_EQ(
      Clean(
          R"({"type":"object","properties":{"a":{"$ref":"#/definitions/A","description":"d"}},"definitions":{"A":{"type":"string"}}})"),
      R"({"type":"object","properties":{"a":{"$ref":"#/$defs/A"}},"$defs":{"A":{"type":"string"}}})");
}

TEST(CleanSchema, InlinesARootThatIsAReference) {
  EXPECT_EQ(
      Clean(
          R"({"$ref":"#/definitions/A","definitions":{"A":{"type":"object","properties":{"next":{"$ref":"#/definitions/A"}}}}})"),
      R"({"$defs":{"A":{"type":"object","properties":{"next":{"$ref":"#/$defs/A"}}}},"type":"object","properties":{"next":{"$ref":"#/$defs/A"}}})");
}

TEST(CleanSchema, InlinesReferencesToOtherPlaces) {
  EXPECT_EQ(
      Clean(
          R"({"type":"object","properties":{"a":{"type":"string"},"b":{"$ref":"#/properties/a"}}})"),
      R"({"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}}})");
}

TEST(CleanSchema, StopsWhereReferencesGoRound) {
  const SchemaText schema = CleanSchema(
      R"({"type":"object","properties":{"me":{"$ref":"#"},"x":{"$ref":"#/properties/x"}}})");
  EXPECT_TRUE(JsonDoc::Parse(schema.json));
  EXPECT_LT(schema.json.size(), 1000U);
  EXPECT_NE(Notes(schema).find("cannot be followed any further"), std::string::npos);
}

TEST(CleanSchema, SaysConstAsEnumAndNullableAsType) {
  EXPECT_EQ(Clean(R"({"type":"string","const":"x"})"), R"({"type":"string","enum":["x"]})");
  EXPECT_EQ(
      Clean(
          R"({"type":"object","properties":{"a":{"type":"string","nullable":true},"b":{"type":"string","enum":["p",null],"nullable":true}}})"),
      R"({"type":"object","properties":{"a":{"type":["string","null"]},"b":{"anyOf":[{"type":"string","enum":["p"]},{"type":"null"}]}}})");
}

TEST(CleanSchema, MergesAllOf) {
  EXPECT_EQ(
      Clean(
          R"({"allOf":[{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]},{"properties":{"b":{"type":"number"}},"required":["a","b"]}]})"),
      R"({"type":"object","properties":{"a":{"type":"string"},"b":{"type":"number"}},"required":["a","b"]})");
}

TEST(CleanSchema, ReadsBooleanSchemasAndTuples) {
  EXPECT_EQ(
      Clean(
          R"({"type":"object","properties":{"any":true,"no":false,"t":{"type":"array","items":[{"type":"string"},{"type":"number"}]}},"required":["any","no"]})"),
      R"({"type":"object","properties":{"any":{},"t":{"type":"array","prefixItems":[{"type":"string"},{"type":"number"}]}},"required":["any"]})");
}

TEST(LowerSchema, WritesTheTypesAndTheOrderOfKeys) {
  EXPECT_EQ(
      Lower(
          R"({"$schema":"s","type":"object","properties":{"b":{"type":["string","null"],"description":"B"},"a":{"type":"integer","exclusiveMinimum":3}},"required":["b","gone"],"additionalProperties":false})"),
      R"({"type":"OBJECT","properties":{"b":{"type":"STRING","description":"B","nullable":true},"a":{"type":"INTEGER","minimum":4}},"required":["b"],"propertyOrdering":["b","a"]})");
}

TEST(LowerSchema, FoldsNullIntoTheOtherAlternative) {
  EXPECT_EQ(
      Lower(
          R"({"description":"outer","anyOf":[{"type":"string","minLength":1,"description":"inner"},{"type":"null"}]})"),
      R"({"type":"STRING","description":"inner","nullable":true,"minLength":1})");
  EXPECT_EQ(Lower(R"({"oneOf":[{"type":"string"},{"type":"number"},{"type":"null"}]})"),
            R"({"nullable":true,"anyOf":[{"type":"STRING"},{"type":"NUMBER"}]})");
}

TEST(LowerSchema, KeepsTheBoundsThatTheSubsetHas) {
  EXPECT_EQ(Lower(R"({"type":"object","minProperties":1,"maxProperties":4})"),
            R"({"type":"OBJECT","minProperties":1,"maxProperties":4})");
  EXPECT_EQ(Lower(R"({"type":"string","minLength":2,"maxLength":3,"pattern":"^a"})"),
            R"({"type":"STRING","minLength":2,"maxLength":3,"pattern":"^a"})");
}

TEST(LowerSchema, HintsWhatHasNoForm) {
  const SchemaText schema = LowerSchema(
      R"({"type":"object","properties":{"u":{"type":"string","format":"uri","description":"link"},"n":{"type":"number","enum":[1,2.50]},"f":{"type":"boolean","const":true}},"not":{}})");
  EXPECT_EQ(
      schema.json,
      R"json({"type":"OBJECT","properties":{"u":{"type":"STRING","description":"link (format: uri)"},"n":{"type":"NUMBER","description":"(one of 1, 2.50)"},"f":{"type":"BOOLEAN","description":"(always true)"}},"propertyOrdering":["u","n","f"]})json");
  EXPECT_NE(Notes(schema).find("properties.u.format: format: uri"), std::string::npos);
  EXPECT_NE(Notes(schema).find("not: no such keyword"), std::string::npos);
}

TEST(LowerSchema, FillsInWhatTheApiInsistsOn) {
  EXPECT_EQ(Lower(R"({"type":"array"})"), R"({"type":"ARRAY","items":{"type":"STRING"}})");
  EXPECT_EQ(
      Lower(R"({"properties":{"x":{}}})"),
      R"json({"type":"OBJECT","properties":{"x":{"type":"STRING","description":"(any JSON value, as text)"}},"propertyOrdering":["x"]})json");
  EXPECT_EQ(Lower(R"({"type":["string","number"]})"),
            R"({"anyOf":[{"type":"STRING"},{"type":"NUMBER"}]})");
}

TEST(LowerSchema, CutsRecursionOff) {
  const std::string lowered = Lower(
      R"({"$ref":"#/$defs/N","$defs":{"N":{"type":"object","properties":{"l":{"$ref":"#/$defs/N"},"r":{"$ref":"#/$defs/N"}},"required":["l"]}}})");
  EXPECT_TRUE(JsonDoc::Parse(lowered));
  EXPECT_EQ(lowered.find("$ref"), std::string::npos);
  EXPECT_NE(lowered.find("nested as above"), std::string::npos);
  EXPECT_LT(lowered.size(), 3000U);
}

// Definitions that each refer to all others would grow exponentially if every reference was
// expanded.
TEST(SchemaCompilers, StayBoundedOnHostileSchemas) {
  std::string defs;
  for (int i = 0; i < 40; ++i) {
    std::string properties;
    for (int j = 0; j < 40; ++j) {
      properties += (j == 0 ? "" : ",") + fmt::format(R"("p{0}":{{"$ref":"#/$defs/D{0}"}})", j);
    }
    defs += (i == 0 ? "" : ",") +
            fmt::format(R"("D{}":{{"type":"object","properties":{{{}}}}})", i, properties);
  }
  const std::string bomb = R"({"$ref":"#/$defs/D0","$defs":{)" + defs + "}}";
  for (const SchemaText& schema : {CleanSchema(bomb), LowerSchema(bomb)}) {
    EXPECT_TRUE(JsonDoc::Parse(schema.json));
    EXPECT_LT(schema.json.size(), 20'000'000U);
  }
  std::string chain = R"({"properties":{)";
  for (int i = 0; i < 5000; ++i) {
    chain += (i == 0 ? "" : ",") +
             fmt::format(R"("a{}":{{"items":{{"$ref":"#/properties/a{}"}}}})", i, i + 1);
  }
  chain += "}}";
  EXPECT_TRUE(JsonDoc::Parse(CleanSchema(chain).json));
  EXPECT_TRUE(JsonDoc::Parse(LowerSchema(chain).json));
  std::string all_of = R"({"allOf":[{"$ref":"#"},{"$ref":"#"}]})";
  EXPECT_TRUE(JsonDoc::Parse(CleanSchema(all_of).json));
  EXPECT_TRUE(JsonDoc::Parse(LowerSchema(all_of).json));
}

constexpr std::string_view kMixed =
    R"({"$schema":"s","type":"object","properties":{"a":{"type":"string","pattern":"x","format":"uri"},"no":false,"n":{"type":"integer","exclusiveMinimum":3,"const":5},"r":{"$ref":"#/definitions/D"}},"required":["a"],"definitions":{"D":{"type":["string","null"],"enum":["p"]}},"not":{},"minProperties":1})";

TEST(CleanSchema, TellsOfEveryKeywordOnceWhereAllIsAskedFor) {
  EXPECT_EQ(Fates(CleanSchema(kMixed, SchemaReport::kAll)),
            "$schema dropped: says nothing to a model\n"
            "type kept\n"
            "properties kept\n"
            "properties.a.type kept\n"
            "properties.a.pattern kept: sent, but may not be enforced\n"
            "properties.a.format kept\n"
            "properties.no changed: takes no value: left out\n"
            "properties.n.type kept\n"
            "properties.n.exclusiveMinimum kept: sent, but may not be enforced\n"
            "properties.n.const changed: enum of one value\n"
            "properties.r.$ref kept\n"
            "required kept\n"
            "definitions changed: $defs\n"
            "definitions.D.type kept\n"
            "definitions.D.enum kept\n"
            "not kept: sent, but may not be enforced\n"
            "minProperties kept: sent, but may not be enforced\n");
}

TEST(LowerSchema, TellsOfEveryKeywordOnceWhereAllIsAskedFor) {
  EXPECT_EQ(Fates(LowerSchema(kMixed, SchemaReport::kAll)),
            "$schema dropped: says nothing to a model\n"
            "type kept\n"
            "properties kept\n"
            "required kept\n"
            "definitions changed: written where they are referred to\n"
            "not dropped: no such keyword\n"
            "minProperties kept\n"
            "properties.a.type kept\n"
            "properties.a.pattern kept\n"
            "properties.a.format hinted: format: uri\n"
            "properties.no changed: takes no value: left out\n"
            "properties.n.type kept\n"
            "properties.n.exclusiveMinimum changed: minimum\n"
            "properties.n.const hinted: always 5\n"
            "properties.r.$ref changed: written in its place\n"
            "properties.r.type kept\n"
            "properties.r.enum kept\n");
}

TEST(LowerSchema, LosesNothingInSilence) {
  EXPECT_EQ(Fates(LowerSchema(R"({"type":"object","properties":{"a":{"type":["string","number"],
                "format":"date-time","unheardOf":1}},"required":["b"]})")),
            "required dropped: no such property: b\n"
            "properties.a.format hinted: format: date-time\n"
            "properties.a.unheardOf dropped: no such keyword\n");
}

TEST(RaiseSchema, GivesJsonSchemaBack) {
  EXPECT_EQ(
      RaiseSchema(
          R"({"type":"OBJECT","properties":{"a":{"type":"STRING","nullable":true}},"propertyOrdering":["a"]})"),
      R"({"type":"object","properties":{"a":{"type":["string","null"]}}})");
}

}  // namespace
}  // namespace agm::protocol
