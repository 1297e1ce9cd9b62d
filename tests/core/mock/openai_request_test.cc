#include "core/mock/openai_request.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace agm::mock {
namespace {

std::string GeminiOf(const std::string& chat) {
  const auto doc = JsonDoc::Parse(chat);
  EXPECT_TRUE(doc) << chat;
  return doc ? GeminiRequestOf(doc->root()) : "";
}

TEST(OpenAiRequest, TakesAnImageThatTheRequestHolds) {
  const std::string all =
      GeminiOf(R"({"messages":[{"role":"user","content":[{"type":"text","text":"look"},)"
               R"({"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}]}]})");
  EXPECT_NE(all.find(R"({"role":"user","parts":[{"text":"look"},)"
                     R"({"inlineData":{"mimeType":"image/png","data":"AAAA"}}]})"),
            std::string::npos)
      << all;
}

TEST(OpenAiRequest, LeavesOutAnImageThatIsElsewhere) {
  for (const char* url : {"https://host/a,b.png", "data:image/png", "x,y"}) {
    const std::string all =
        GeminiOf(std::string(R"({"messages":[{"role":"user","content":[{"image_url":{"url":")") +
                 url + R"("}}]}]})");
    EXPECT_NE(all.find(R"("parts":[])"), std::string::npos) << all;
  }
}

TEST(OpenAiRequest, TakesTheArgumentsOfACallIfTheyAreAnObject) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({\"a\":1})", R"({"a":1})"}, {"[1]", "{}"}, {"{", "{}"}, {"", "{}"}};
  for (const auto& [arguments, args] : cases) {
    const std::string all = GeminiOf(
        std::string(R"({"messages":[{"role":"assistant","tool_calls":[{"id":"1","function":)") +
        R"({"name":"f","arguments":")" + arguments + R"("}}]}]})");
    EXPECT_NE(all.find(std::string(R"("functionCall":{"name":"f","args":)") + args + "}"),
              std::string::npos)
        << all;
  }
}

TEST(OpenAiRequest, AsksForJsonWhereTheFormatIsNotText) {
  const auto asks = [](const std::string& format) {
    return GeminiOf(R"({"messages":[],"response_format":{"type":")" + format + "\"}}")
               .find(R"("responseMimeType":"application/json")") != std::string::npos;
  };
  EXPECT_TRUE(asks("json_object"));
  EXPECT_TRUE(asks("json_schema"));
  EXPECT_FALSE(asks("text"));
}

}  // namespace
}  // namespace agm::mock
