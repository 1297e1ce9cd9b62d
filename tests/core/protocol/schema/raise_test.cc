#include <gtest/gtest.h>

#include "core/protocol/schema/schema.h"

namespace agm::protocol {
namespace {

TEST(RaiseSchema, RaisesTheSchemasInside) {
  EXPECT_EQ(
      RaiseSchema(
          R"({"type":"ARRAY","items":{"type":"OBJECT","properties":{"a":{"type":"INTEGER"}}}})"),
      R"({"type":"array","items":{"type":"object","properties":{"a":{"type":"integer"}}}})");
  EXPECT_EQ(RaiseSchema(R"({"anyOf":[{"type":"STRING"},{"type":"NUMBER","nullable":true}]})"),
            R"({"anyOf":[{"type":"string"},{"type":["number","null"]}]})");
}

TEST(RaiseSchema, KeepsTheKeywordsThatBothHave) {
  EXPECT_EQ(
      RaiseSchema(
          R"({"type":"STRING","description":"d","enum":["A","b"],"minLength":1.0,"nullable":false,"example":"A"})"),
      R"({"type":"string","description":"d","enum":["A","b"],"minLength":1.0})");
}

TEST(RaiseSchema, WritesNothingForATextThatIsNoJson) { EXPECT_EQ(RaiseSchema("{"), ""); }

}  // namespace
}  // namespace agm::protocol
