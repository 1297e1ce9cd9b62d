#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "core/base/json_doc.h"
#include "core/mock/checks.h"

namespace agm::mock {
namespace {

using Check = void (*)(const CheckRules&, JsonView, const std::string&, Complaints&);

std::string Refusal(Check check, std::string_view schema, bool strict) {
  const auto model = FindModel("gemini-2.5-flash", true);
  const auto doc = JsonDoc::Parse(schema);
  EXPECT_TRUE(model && doc) << schema;
  if (!model || !doc) return "not checked";
  Complaints complaints;
  check({*model, false, strict}, doc->root(), "s", complaints);
  return complaints.any() ? complaints.error()->message : "";
}

std::string OfSchema(std::string_view schema, bool strict = false) {
  return Refusal(CheckSchema, schema, strict);
}
std::string OfJsonSchema(std::string_view schema, bool strict = false) {
  return Refusal(CheckJsonSchema, schema, strict);
}

/// `inner` inside that many schemas of lists.
std::string Nested(std::string inner, int depth) {
  for (int i = 0; i < depth; ++i) inner = R"({"type":"array","items":)" + inner + "}";
  return inner;
}

TEST(CheckSchema, NamesThePlaceOfEachFault) {
  EXPECT_EQ(OfSchema(R"({"type":"OBJECT","properties":{"a":{}}})").substr(0, 25),
            "* s.properties[a].type: m");
  EXPECT_EQ(OfSchema(R"({"type":"ARRAY","items":{}})").substr(0, 16), "* s.items.type: ");
  EXPECT_EQ(OfSchema(R"({"anyOf":[{"type":"STRING"},{}]})").substr(0, 19), "* s.any_of[1].type:");
  EXPECT_EQ(OfSchema(R"({"type":"STRING","enum":["a",""]})"), "* s.enum[1]: cannot be empty\n");
}

TEST(CheckSchema, TakesATypeByNameOrNumber) {
  EXPECT_EQ(OfSchema(R"({"type":1})"), "");
  EXPECT_EQ(OfSchema(R"({"type":7})"), "");
  EXPECT_NE(OfSchema(R"({"type":0})"), "");
  EXPECT_EQ(OfSchema(R"({"type":5,"items":{"type":1}})"), "");
  EXPECT_NE(OfSchema(R"({"type":5})").find("items: missing field"), std::string::npos);
  EXPECT_NE(OfSchema(R"({"type":"TYPE_UNSPECIFIED"})"), "");
  EXPECT_EQ(OfSchema(R"({"type":"TYPE_UNSPECIFIED","anyOf":[{"type":"NULL"}]})"), "");
}

TEST(CheckSchema, KeepsKeywordsToTheirTypes) {
  EXPECT_EQ(OfSchema(R"({"type":"STRING","enum":["a"]})"), "");
  EXPECT_NE(OfSchema(R"({"type":"INTEGER","enum":["1"]})"), "");
  EXPECT_NE(OfSchema(R"({"type":"STRING","properties":{"a":{"type":"STRING"}}})"), "");
  EXPECT_NE(OfSchema(R"({"type":"STRING","items":{"type":"STRING"}})"), "");
  const std::string either = R"("anyOf":[{"type":"NULL"}])";
  EXPECT_EQ(OfSchema("{" + either + R"(,"items":{"type":"STRING"}})"), "");
  EXPECT_EQ(OfSchema("{" + either + R"(,"properties":{"a":{"type":"STRING"}}})"), "");
}

TEST(CheckSchema, KnowsTheFormats) {
  for (const char* format : {"enum", "date-time", ""}) {
    EXPECT_EQ(OfSchema(fmt::format(R"({{"type":"STRING","format":"{}"}})", format)), "") << format;
  }
  EXPECT_NE(OfSchema(R"({"type":"STRING","format":"uri"})"), "");
  for (const char* type : {"NUMBER", "INTEGER"}) {
    for (const char* format : {"float", "double", "int32", "int64"}) {
      EXPECT_EQ(OfSchema(fmt::format(R"({{"type":"{}","format":"{}"}})", type, format), true), "");
    }
    EXPECT_NE(OfSchema(fmt::format(R"({{"type":"{}","format":"x"}})", type), true), "");
    EXPECT_EQ(OfSchema(fmt::format(R"({{"type":"{}","format":"x"}})", type)), "");
  }
  EXPECT_EQ(OfSchema(R"({"type":"BOOLEAN","format":"x"})", true), "");
}

TEST(CheckSchema, WantsEveryNamedPropertyDefined) {
  const std::string head = R"({"type":"OBJECT","properties":{"a":{"type":"STRING"}},)";
  EXPECT_EQ(OfSchema(head + R"("required":["a"],"propertyOrdering":["a"]})"), "");
  EXPECT_EQ(OfSchema(head + R"("required":["a","b"]})"),
            "* s.required[1]: property is not defined\n");
  EXPECT_EQ(OfSchema(head + R"("propertyOrdering":["b"]})"),
            "* s.property_ordering[0]: property is not defined\n");
}

TEST(CheckSchema, BoundsTheNesting) {
  EXPECT_EQ(OfSchema(Nested(R"({"type":"STRING"})", 32)), "");
  EXPECT_NE(OfSchema(Nested(R"({"type":"STRING"})", 33)).find("nesting depth"), std::string::npos);
  EXPECT_EQ(OfJsonSchema(Nested("{}", 32)), "");
  EXPECT_NE(OfJsonSchema(Nested("{}", 33)).find("nesting depth"), std::string::npos);
}

TEST(CheckJsonSchema, WantsObjectsOrBooleansInsideAndAnObjectOutside) {
  EXPECT_EQ(OfJsonSchema("{}"), "");
  EXPECT_NE(OfJsonSchema("true"), "");
  EXPECT_NE(OfJsonSchema("[]"), "");
  EXPECT_EQ(OfJsonSchema(R"({"properties":{"a":true},"items":[1],"anyOf":[false]})"), "");
  const std::string_view odd[] = {R"({"properties":{"a":1}})", R"({"$defs":{"a":"x"}})",
                                  R"({"anyOf":[1]})",          R"({"oneOf":[{},1]})",
                                  R"({"prefixItems":[1]})",    R"({"items":{"anyOf":[1]}})"};
  for (const std::string_view schema : odd) {
    EXPECT_NE(OfJsonSchema(schema).find("must be an object"), std::string::npos) << schema;
  }
  EXPECT_EQ(OfJsonSchema(R"({"oneOf":[{},1]})"), "* s.oneOf[1]: a JSON schema must be an object\n");
  EXPECT_EQ(OfJsonSchema(R"({"const":1,"default":[1]})"), "");
}

TEST(CheckJsonSchema, AllowsLittleBesideAReferenceWhereItIsStrict) {
  const std::string fine = R"({"$ref":"#/$defs/x","title":"T","description":"D","default":1,)"
                           R"("$defs":{"x":{}}})";
  EXPECT_EQ(OfJsonSchema(fine, true), "");
  const std::string odd = R"({"$ref":"#/$defs/x","type":"object"})";
  EXPECT_EQ(OfJsonSchema(odd), "");
  EXPECT_NE(OfJsonSchema(odd, true).find("no other keyword"), std::string::npos);
  EXPECT_NE(OfJsonSchema(R"({"properties":{"a":)" + odd + "}}", true), "");
}

}  // namespace
}  // namespace agm::mock
