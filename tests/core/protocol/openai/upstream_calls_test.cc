#include "core/protocol/openai/upstream_calls.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <string_view>

namespace agm::protocol {
namespace {

// The calls that the pieces make, as "id name arguments", a line each.
std::string Calls(std::initializer_list<std::string_view> pieces) {
  OpenAiCalls calls;
  for (const std::string_view piece : pieces) {
    const auto doc = JsonDoc::Parse(piece);
    EXPECT_TRUE(doc) << piece;
    if (doc) calls.Add(doc->root());
  }
  std::string out;
  for (const OpenAiCallPieces& call : calls.all()) {
    out += call.id + " " + call.name + " " + call.arguments + "\n";
  }
  return out;
}

TEST(OpenAiCalls, AreToldApartByTheirNumbers) {
  EXPECT_EQ(Calls({R"({"index":0,"id":"a","function":{"name":"f","arguments":"{\"x"}})",
                   R"({"index":1,"id":"b","function":{"name":"g","arguments":"{}"}})",
                   R"({"index":0,"function":{"arguments":"\":1}"}})"}),
            "a f {\"x\":1}\nb g {}\n");
}

TEST(OpenAiCalls, AreToldApartByTheirIdsBeforeTheirNumbers) {
  EXPECT_EQ(Calls({R"({"index":0,"id":"a","function":{"name":"f","arguments":"1"}})",
                   R"({"index":0,"id":"b","function":{"name":"f","arguments":"2"}})",
                   R"({"index":0,"id":"a","function":{"arguments":"3"}})"}),
            "a f 13\nb f 2\n");
}

TEST(OpenAiCalls, GoOnWhereAPieceHasNoNumberAndNoId) {
  EXPECT_EQ(
      Calls({R"({"function":{"name":"f","arguments":"{"}})", R"({"function":{"arguments":"}"}})"}),
      " f {}\n");
}

// Some servers send the name with each piece until the arguments begin.
TEST(OpenAiCalls, GoOnWhereTheNameComesAgainBeforeTheArguments) {
  EXPECT_EQ(
      Calls({R"({"function":{"name":"f"}})", R"({"function":{"name":"f","arguments":"{}"}})"}),
      " f {}\n");
  EXPECT_EQ(Calls({R"({"id":"a","function":{}})", R"({"function":{"name":"f","arguments":"{}"}})"}),
            "a f {}\n");
}

TEST(OpenAiCalls, BeginAnewWithAnotherNameOrAfterArguments) {
  EXPECT_EQ(Calls({R"({"function":{"name":"f"}})", R"({"function":{"name":"g"}})"}), " f \n g \n");
  EXPECT_EQ(Calls({R"({"function":{"name":"f","arguments":"{}"}})",
                   R"({"function":{"name":"f","arguments":"{}"}})"}),
            " f {}\n f {}\n");
}

TEST(OpenAiCalls, BeginAnewWithAnotherIdOrNumber) {
  EXPECT_EQ(
      Calls({R"({"id":"a","function":{"name":"f"}})", R"({"id":"b","function":{"name":"f"}})"}),
      "a f \nb f \n");
  EXPECT_EQ(
      Calls({R"({"index":0,"function":{"name":"f"}})", R"({"index":1,"function":{"name":"f"}})"}),
      " f \n f \n");
}

TEST(OpenAiCalls, MayBringArgumentsAsAnObject) {
  EXPECT_EQ(Calls({R"({"name":"f","arguments":{"x": 1.0}})"}), " f {\"x\":1.0}\n");
}

TEST(OpenAiCalls, HaveArgumentsThatAreAnObjectOrNot) {
  EXPECT_TRUE(IsJsonObject("{}"));
  EXPECT_FALSE(IsJsonObject("[]"));
  EXPECT_FALSE(IsJsonObject("{"));
}

}  // namespace
}  // namespace agm::protocol
