#include <gtest/gtest.h>

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "core/base/json_doc.h"
#include "core/protocol/schema/schema.h"
#include "tests/core/protocol/schema/schema_notes.h"

namespace agm::protocol {
namespace {

constexpr std::string_view kNotFollowed = "the reference cannot be followed any further";

// The property `a` of a cleaned schema.
std::string A(std::string_view schema) {
  const std::string clean = CleanSchema(schema).json;
  const auto doc = JsonDoc::Parse(clean);
  return doc ? std::string(doc->root()["properties"]["a"].raw()) : "no JSON";
}

// The property `a` whose reference names the place `pointer` of a schema that has `members`.
std::string At(std::string_view pointer, std::string_view members) {
  return A(fmt::format(R"({{"properties":{{"a":{{"$ref":"{}"}}}},{}}})", pointer, members));
}

TEST(SchemaReferences, DecodeTheEscapesOfAPointer) {
  constexpr std::string_view kPlaces =
      R"("x":{"a/b":{"title":"1"},"a~b":{"title":"2"},"a b":{"title":"3"},"/":{"title":"4"},"a%2":{"title":"5"},"a~":{"title":"6"},"aJ":{"title":"7"}})";
  EXPECT_EQ(At("#/x/a~1b", kPlaces), R"({"title":"1"})");
  EXPECT_EQ(At("#/x/a~0b", kPlaces), R"({"title":"2"})");
  EXPECT_EQ(At("#/x/a%20b", kPlaces), R"({"title":"3"})");
  EXPECT_EQ(At("#/x/~1", kPlaces), R"({"title":"4"})");
  EXPECT_EQ(At("#/x/a%2", kPlaces), R"({"title":"5"})");
  EXPECT_EQ(At("#/x/a~", kPlaces), R"({"title":"6"})");
  EXPECT_EQ(At("#/x/a%4A", kPlaces), R"({"title":"7"})");
}

TEST(SchemaReferences, CountTheItemsOfAList) {
  constexpr std::string_view kList = R"("x":[{"title":"0"},{"title":"1"},{"title":"2"}])";
  EXPECT_EQ(At("#/x/0", kList), R"({"title":"0"})");
  EXPECT_EQ(At("#/x/1", kList), R"({"title":"1"})");
  EXPECT_EQ(At("#/x/2", kList), R"({"title":"2"})");
  EXPECT_EQ(At("#/x/3", kList), "{}");
  EXPECT_EQ(At("#/x/1x", kList), "{}");
  EXPECT_EQ(At("#/x/x", kList), "{}");
  EXPECT_EQ(At("#/x/", kList), "{}");
}

TEST(SchemaReferences, ToANullAreNotFollowed) {
  EXPECT_EQ(At("#/$defs/X", R"("$defs":{"X":null})"), "{}");
  EXPECT_EQ(At("#/$defs/X", R"("$defs":{"X":{}})"), R"({"$ref":"#/$defs/X"})");
}

TEST(SchemaReferences, FindDefinitionsInsideNestedSchemas) {
  EXPECT_EQ(A(R"({"properties":{"a":{"$ref":"#/$defs/X"},"b":{"$defs":{"X":{"title":"t"}}}}})"),
            R"({"title":"t"})");
  EXPECT_EQ(A(R"({"properties":{"a":{"$ref":"#/$defs/X"}},"items":{"$defs":{"X":{"title":"t"}}}})"),
            R"({"title":"t"})");
  EXPECT_EQ(
      A(R"({"properties":{"a":{"$ref":"#/$defs/X"}},"anyOf":[{"definitions":{"X":{"title":"t"}}}]})"),
      R"({"title":"t"})");
}

TEST(SchemaReferences, PreferTheDefinitionNearestToThem) {
  EXPECT_EQ(
      A(R"({"properties":{"z":{"$defs":{"X":{"title":"other"}}},"a":{"$defs":{"X":{"title":"outer"}},"items":{"$defs":{"X":{"title":"inner"}},"items":{"$ref":"#/$defs/X"}}}}})"),
      R"({"items":{"items":{"title":"inner"}}})");
  EXPECT_EQ(
      A(R"({"properties":{"y":{"$defs":{"X":{"title":"first"}}},"a":{"$ref":"#/$defs/X"},"z":{"$defs":{"X":{"title":"last"}}}}})"),
      R"({"title":"first"})");
}

// A property may have any name, also that of a keyword.
TEST(SchemaReferences, AreNotToNamesThatAnAuthorChose) {
  EXPECT_EQ(
      At("#/definitions/type", R"("title":"t","patternProperties":{"definitions":{"type":{}}})"),
      "{}");
  for (
      const std::string_view schema : {
          R"({"properties":{"a":{"$ref":"#/definitions/type"},"definitions":{"type":"string"}}})",
          R"({"properties":{"a":{"$ref":"#/definitions/type"}},"patternProperties":{"definitions":{"type":"string"}}})",
          R"({"properties":{"a":{"$ref":"#/definitions/type"}},"$defs":{"definitions":{"type":"string"}}})",
          R"({"properties":{"a":{"$ref":"#/$defs/type"}},"definitions":{"$defs":{"type":"string"}}})",
      }) {
    EXPECT_NE(Fates(CleanSchema(schema)).find(kNotFollowed), std::string::npos) << schema;
  }
}

TEST(SchemaReferences, AreFollowedThroughALongChain) {
  const auto chain = [](int references) {
    std::string schema = R"({"properties":{"a":{"$ref":"#/x/0"}},"x":[)";
    for (int i = 1; i < references; ++i) schema += fmt::format(R"({{"$ref":"#/x/{}"}},)", i);
    return schema + R"({"title":"end"}]})";
  };
  EXPECT_EQ(A(chain(1)), R"({"title":"end"})");
  EXPECT_EQ(A(chain(64)), R"({"title":"end"})");
  EXPECT_EQ(A(chain(65)), "{}");
}

TEST(SchemaReferences, AreMergedWithManyPartsOfAllOf) {
  std::string parts;
  for (int i = 0; i < 70; ++i) {
    parts += fmt::format(R"({}{{"x{}":1}})", i == 0 ? "" : ",", i);
  }
  const std::string merged = CleanSchema(R"({"allOf":[)" + parts + "]}").json;
  EXPECT_NE(merged.find(R"("x63":1)"), std::string::npos) << merged;
  EXPECT_EQ(merged.find(R"("x64":1)"), std::string::npos) << merged;

  std::string nested = R"({"title":"end"})";
  for (int i = 0; i < 60; ++i) nested = R"({"allOf":[)" + nested + "]}";
  EXPECT_EQ(CleanSchema(nested).json, R"({"title":"end"})");
}

TEST(SchemaReferences, LeaveNoMoreThanAThousandNotesOfLosses) {
  std::string properties = R"("p":5)";
  for (int i = 0; i < 1100; ++i) properties += fmt::format(R"(,"p{}":5)", i);
  const std::string schema = R"({"properties":{)" + properties + "}}";
  EXPECT_EQ(CleanSchema(schema).notes.size(), 1000U);
  EXPECT_GT(CleanSchema(schema, SchemaReport::kAll).notes.size(), 1100U);
}

}  // namespace
}  // namespace agm::protocol
