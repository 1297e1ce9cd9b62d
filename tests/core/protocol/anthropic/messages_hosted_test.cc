#include "core/protocol/anthropic/messages_hosted.h"

#include <gtest/gtest.h>

#include <string>

#include "core/base/json_doc.h"

namespace agm::protocol {
namespace {

std::string TextOf(const std::string& json) {
  const auto doc = JsonDoc::Parse(json);
  return doc ? HostedText(doc->root()) : doc.error().message;
}

TEST(HostedText, IsOneLineForEachTextThatAPersonWouldRead) {
  EXPECT_EQ(TextOf(R"({"type":"web_search_tool_result","content":[
    {"title":"Tide tables","url":"https://a.example","encrypted_content":"QUJD"},
    {"title":"","url":"https://b.example"}]})"),
            "Tide tables\nhttps://a.example\nhttps://b.example");
}

TEST(HostedText, LeavesOutATextThatIsTooLongAndWhatIsTooDeep) {
  EXPECT_EQ(TextOf(R"({"text":")" + std::string(20'001, 'x') + R"(","title":"t"})"), "t");
  EXPECT_EQ(TextOf(R"({"text":")" + std::string(20'000, 'x') + R"("})").size(), 20'000U);
  std::string deep = R"({"text":"deep"})";
  for (int i = 0; i < 7; ++i) deep = R"({"content":)" + deep + "}";
  EXPECT_EQ(TextOf(deep), "");
}

}  // namespace
}  // namespace agm::protocol
