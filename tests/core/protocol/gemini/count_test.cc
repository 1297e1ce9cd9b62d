#include "core/protocol/gemini/count.h"

#include <gtest/gtest.h>

namespace agm::protocol {
namespace {

constexpr const char* kBody =
    R"({"contents":[1],"systemInstruction":{"a":2},"tools":[3],"toolConfig":{"b":4},)"
    R"("generationConfig":{"c":5},"safetySettings":[6]})";

TEST(GeminiCount, AsksTheGeminiApiWithTheWholeRequest) {
  EXPECT_EQ(WriteGeminiCount(kBody, "gemini-3", false),
            R"({"generateContentRequest":{"model":"models/gemini-3","contents":[1],)"
            R"("systemInstruction":{"a":2},"tools":[3],"toolConfig":{"b":4},)"
            R"("generationConfig":{"c":5},"safetySettings":[6]}})");
}

TEST(GeminiCount, AsksVertexWithWhatCosts) {
  EXPECT_EQ(WriteGeminiCount(kBody, "gemini-3", true),
            R"({"contents":[1],"systemInstruction":{"a":2},"tools":[3],)"
            R"("generationConfig":{"c":5}})");
}

TEST(GeminiCount, ReadsOnlyAnswersThatCount) {
  EXPECT_EQ(ReadGeminiCount(R"({"totalTokens":31})"), 31);
  EXPECT_EQ(ReadGeminiCount(R"({"totalTokens":1})"), 1);
  for (const char* answer : {R"({"totalTokens":0})", R"({"totalTokens":-1})", "{}", "x", ""}) {
    EXPECT_EQ(ReadGeminiCount(answer), std::nullopt) << answer;
  }
}

}  // namespace
}  // namespace agm::protocol
