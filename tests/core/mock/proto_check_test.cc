#include "core/mock/proto_check.h"

#include <gtest/gtest.h>

#include <string>

namespace agm::mock {
namespace {

// What is wrong with a GenerateContentRequest; empty if it is valid.
std::string FaultOf(const std::string& body, ProtoRules rules = {}) {
  const auto doc = JsonDoc::Parse(body);
  EXPECT_TRUE(doc) << body;
  if (!doc) return "";
  std::string all;
  for (const Violation& each : CheckMessage("GenerateContentRequest", doc->root(), rules)) {
    all += each.description + "\n";
  }
  return all;
}

std::string Schema(const std::string& schema) {
  return R"({"generationConfig":{"responseSchema":)" + schema + "}}";
}

std::string Data(const std::string& data) {
  return R"({"contents":[{"parts":[{"inlineData":{"mimeType":"a/b","data":)" + data + "}}]}]}";
}

TEST(ProtoCheck, AMapIsAnObject) {
  EXPECT_EQ(FaultOf(Schema(R"({"properties":{"a":{"type":"STRING"}}})")), "");
  EXPECT_NE(FaultOf(Schema(R"({"properties":7})")).find("(map), 7"), std::string::npos);
}

TEST(ProtoCheck, ALongIntegerCanBeAText) {
  EXPECT_EQ(FaultOf(Schema(R"({"minItems":"9007199254740992"})")), "");
  EXPECT_EQ(FaultOf(Schema(R"({"minItems":9007199254740992})")), "");
  for (const char* value : {"\"x\"", "1.5", "9223372036854775808", "true"}) {
    EXPECT_NE(FaultOf(Schema(std::string(R"({"minItems":)") + value + "}")).find("(TYPE_INT64)"),
              std::string::npos)
        << value;
  }
}

TEST(ProtoCheck, BytesAreATextInBase64) {
  EXPECT_EQ(FaultOf(Data("\"AAAA\"")), "");
  EXPECT_NE(FaultOf(Data("7")).find("(TYPE_BYTES), 7"), std::string::npos);
  EXPECT_NE(FaultOf(Data("\"A!\"")).find("Base64 decoding failed"), std::string::npos);
}

TEST(ProtoCheck, AnEnumCanBeTheNumberOfAValue) {
  EXPECT_EQ(FaultOf(Schema(R"({"type":0})")), "");
  EXPECT_EQ(FaultOf(Schema(R"({"type":7})")), "");
  EXPECT_EQ(FaultOf(Schema(R"({"type":"string"})")), "");
  for (const char* value : {"-1", "8", "\"TEXT\""}) {
    EXPECT_NE(FaultOf(Schema(std::string(R"({"type":)") + value + "}")), "") << value;
  }
}

TEST(ProtoCheck, ATruthCanBeAText) {
  for (const char* value : {"true", "false", "\"true\"", "\"false\""}) {
    const std::string body =
        std::string(R"({"generationConfig":{"responseLogprobs":)") + value + "}}";
    EXPECT_EQ(FaultOf(body), "") << value;
  }
  EXPECT_NE(FaultOf(R"({"generationConfig":{"responseLogprobs":"yes"}})"), "");
}

}  // namespace
}  // namespace agm::mock
