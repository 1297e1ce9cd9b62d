#include "core/protocol/schema/members.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace agm::protocol {
namespace {

bool IsNull(const SchemaMember& member) { return member.value.is(JsonKind::kNull); }

/// The members of the objects in `array`: "name=value" of each, separated by spaces.
std::string MembersOf(std::string_view array, SchemaMembers::Absent absent = nullptr) {
  const auto doc = JsonDoc::Parse(array);
  if (!doc) return doc.error().message;
  std::vector<JsonView> objects;
  for (const JsonView object : doc->root().items()) objects.push_back(object);
  const SchemaMembers members =
      absent == nullptr ? SchemaMembers(objects) : SchemaMembers(objects, absent);
  std::string text;
  for (const SchemaMember& member : members) {
    text.append(text.empty() ? "" : " ").append(member.name).append("=").append(member.value.raw());
  }
  return text;
}

TEST(SchemaMembers, HaveTheLastValueOfARepeatedNameInItsFirstPlace) {
  EXPECT_EQ(MembersOf(R"([{"b":1,"a":2,"b":3,"c":4,"b":5}])"), "b=5 a=2 c=4");
  EXPECT_EQ(MembersOf(R"([{"\u0061":1,"a":2}])"), "a=2");
}

TEST(SchemaMembers, HaveTheValueOfTheFirstObjectThatHasTheName) {
  EXPECT_EQ(MembersOf(R"([{"a":1},{"b":2,"a":3},{"c":4,"b":5}])"), "a=1 b=2 c=4");
  EXPECT_EQ(MembersOf(R"([{"a":null},{"a":1}])"), "a=null");
}

TEST(SchemaMembers, PassOverWhatCountsAsAbsent) {
  EXPECT_EQ(MembersOf(R"([{"a":null,"b":1},{"a":2,"b":null}])", &IsNull), "b=1 a=2");
  EXPECT_EQ(MembersOf(R"([{"a":1,"a":null},{"a":2}])", &IsNull), "a=2");
  EXPECT_EQ(MembersOf(R"([{"a":null,"a":1},{"a":2}])", &IsNull), "a=1");
  EXPECT_EQ(MembersOf(R"([{"a":null},{"a":null}])", &IsNull), "");
}

TEST(SchemaMembers, OfWhatIsNoObjectAreNone) {
  EXPECT_EQ(MembersOf(R"([])"), "");
  EXPECT_EQ(MembersOf(R"([[1],"a",null,{"a":{}}])"), "a={}");
}

}  // namespace
}  // namespace agm::protocol
