#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "core/protocol/schema/schema.h"
#include "tests/core/protocol/schema/schema_notes.h"

namespace agm::protocol {
namespace {

std::string All(std::string_view schema) { return Fates(LowerSchema(schema, SchemaReport::kAll)); }
std::string Losses(std::string_view schema) { return Fates(LowerSchema(schema)); }

TEST(LowerSchemaNotes, TellOfTheKeywordsOfAString) {
  EXPECT_EQ(All(R"({"type":"string","minLength":1,"maxLength":2,"pattern":"a","format":"date-time",
                "minimum":1,"minItems":1,"pattern2":"b"})"),
            "type kept\n"
            "minLength kept\n"
            "maxLength kept\n"
            "pattern kept\n"
            "format kept\n"
            "minimum dropped: no such keyword\n"
            "minItems dropped: says nothing about this type\n"
            "pattern2 dropped: no such keyword\n");
  EXPECT_EQ(Losses(R"({"type":"string","minItems":1})"), "");
  EXPECT_EQ(Losses(R"({"type":"string","else":"date-time"})"), "else dropped: no such keyword\n");
  EXPECT_EQ(Losses(R"({"type":"string","minLength":"1"})"), "minLength dropped: no such keyword\n");
  EXPECT_EQ(Losses(R"({"type":"string","pattern":1})"), "pattern dropped: no such keyword\n");
}

TEST(LowerSchemaNotes, TellOfAnEnum) {
  EXPECT_EQ(All(R"({"type":"string","enum":["a"],"pattern":"a","minLength":1,"nullable":false})"),
            "type kept\n"
            "enum kept\n"
            "pattern dropped: the enum says it\n"
            "minLength kept\n"
            "nullable dropped: says nothing\n");
  EXPECT_EQ(All(R"({"const":"a","nullable":true})"),
            "const changed: enum of one value\nnullable kept\n");
}

TEST(LowerSchemaNotes, TellOfTheKeywordsOfANumber) {
  EXPECT_EQ(All(R"({"type":"integer","minimum":1,"maximum":2,"format":"int32","minLength":1})"),
            "type kept\n"
            "minimum kept\n"
            "maximum kept\n"
            "format kept\n"
            "minLength dropped: says nothing about this type\n");
  EXPECT_EQ(All(R"({"type":"integer","minimum":1})"), "type kept\nminimum kept\n");
  EXPECT_EQ(All(R"({"type":"number","exclusiveMinimum":1,"multipleOf":2})"),
            "type kept\n"
            "exclusiveMinimum hinted: more than 1\n"
            "multipleOf hinted: a multiple of 2\n");
}

TEST(LowerSchemaNotes, TellOfTheKeywordsOfAnArray) {
  EXPECT_EQ(All(R"({"type":"array","items":{"type":"string"},"minItems":1,"maxItems":2,
                "uniqueItems":true,"contains":{},"required":["a"]})"),
            "type kept\n"
            "items kept\n"
            "minItems kept\n"
            "maxItems kept\n"
            "uniqueItems hinted: no item twice\n"
            "contains dropped: no such keyword\n"
            "required dropped: says nothing about this type\n"
            "items.type kept\n");
  EXPECT_EQ(All(R"({"type":"array","items":true})"), "type kept\nitems dropped: says nothing\n");
  EXPECT_EQ(Losses(R"({"type":"array","minItems":"1"})"), "minItems dropped: no such keyword\n");
  EXPECT_EQ(All(R"({"type":"array","prefixItems":[],"items":{"type":"string"},"minItems":1})"),
            "type kept\nprefixItems kept\nitems kept\nminItems kept\nitems.type kept\n");
}

TEST(LowerSchemaNotes, TellOfTheKeywordsOfATuple) {
  EXPECT_EQ(All(R"({"type":"array","prefixItems":[{"type":"string"}],"items":false,"minItems":1,
                "title":"t"})"),
            "type kept\n"
            "prefixItems changed: items of any of the kinds, in any order\n"
            "items dropped: no items can follow a tuple\n"
            "minItems changed: the number of the tuple's items\n"
            "title kept\n"
            "items.type kept\n");
  EXPECT_EQ(All(R"({"type":["array","string"],"items":[{"type":"string"}],"minLength":1})"),
            "type changed: anyOf of the types\n"
            "items changed: items of any of the kinds, in any order\n"
            "minLength kept\n"
            "items.type kept\n");
}

TEST(LowerSchemaNotes, TellOfTheKeywordsOfAnObject) {
  EXPECT_EQ(All(R"({"properties":{"a":{"type":"string"}},"required":["a"],"minProperties":1,
                "propertyOrdering":["a"],"additionalProperties":true,"patternProperties":{}})"),
            "properties kept\n"
            "required kept\n"
            "minProperties kept\n"
            "propertyOrdering changed: the order in which the properties stand\n"
            "additionalProperties dropped: says nothing\n"
            "patternProperties dropped: no such keyword\n"
            "properties.a.type kept\n");
  EXPECT_EQ(Losses(R"({"type":"object","additionalProperties":true})"), "");
  EXPECT_EQ(Losses(R"({"type":"object","additionalProperties":false})"),
            "additionalProperties dropped: no such keyword\n");
  EXPECT_EQ(Losses(R"({"type":"object","minProperties":"1"})"),
            "minProperties dropped: no such keyword\n");
}

TEST(LowerSchemaNotes, TellOfAlternatives) {
  EXPECT_EQ(All(R"({"anyOf":[{"type":"string"},{"type":"integer"}],"minLength":1})"),
            "anyOf kept\n"
            "minLength dropped: cannot stand beside anyOf\n"
            "anyOf[0].type kept\n"
            "anyOf[1].type kept\n");
  EXPECT_EQ(All(R"({"oneOf":[{"type":"string"},{"type":"integer"}]})"),
            "oneOf changed: anyOf\n"
            "anyOf[0].type kept\n"
            "anyOf[1].type kept\n");
  EXPECT_EQ(All(R"({"type":"object","properties":{},"anyOf":[{"type":"string"},{}]})"),
            "type kept\n"
            "properties kept\n"
            "anyOf dropped: cannot stand beside properties\n");
  EXPECT_EQ(
      All(R"({"properties":{},"minLength":1,"anyOf":[{"type":"string"},{"type":"integer"}]})"),
      "properties kept\n"
      "minLength dropped: says nothing about this type\n"
      "anyOf dropped: cannot stand beside properties\n");
  EXPECT_EQ(All(R"({"anyOf":[{"type":"string"},{"type":"null"}]})"),
            "type kept\n"
            "anyOf changed: nullable\n");
  EXPECT_EQ(All(R"({"anyOf":[{"type":"string"}]})"),
            "type kept\n"
            "anyOf changed: merged into one schema\n");
}

TEST(LowerSchemaNotes, TellWhereAReferenceEnds) {
  EXPECT_EQ(Losses(R"({"type":"object","properties":{"a":{"$ref":"#/nowhere"}}})"),
            "properties.a.$ref hinted: recursion ends here\n");
}

}  // namespace
}  // namespace agm::protocol
