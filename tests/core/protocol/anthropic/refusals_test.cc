#include <gtest/gtest.h>

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <variant>

#include "core/protocol/anthropic/messages_request.h"

namespace agm::protocol {
namespace {

Result<chat::Request> Read(std::string_view messages, std::string_view more = {},
                           int max_tokens = 9) {
  return ReadMessagesRequest(fmt::format(R"({{"model":"m","max_tokens":{},"messages":[{}]{}{}}})",
                                         max_tokens, messages, more.empty() ? "" : ",", more),
                             MessagesUse::kCreate);
}

// What the client is told of its messages.
std::string Refusal(std::string_view messages, std::string_view more = {}, int max_tokens = 9) {
  const auto request = Read(messages, more, max_tokens);
  return request ? "none" : fmt::format("{} {}", request.error().reason, request.error().message);
}

std::string OfBlock(std::string_view block, std::string_view role = "user") {
  return Refusal(fmt::format(R"({{"role":"{}","content":[{}]}})", role, block));
}

// The same for the result of a call.
std::string OfResult(std::string_view content) {
  return Refusal(fmt::format(
      R"({{"role":"assistant","content":[{{"type":"tool_use","id":"a","name":"f","input":{{}}}}]}},{{"role":"user","content":[{{"type":"tool_result","tool_use_id":"a","content":{}}}]}})",
      content));
}

constexpr std::string_view kHi = R"({"role":"user","content":"Hi"})";

TEST(MessagesRefusals, NameTheSourceThatIsMissing) {
  EXPECT_EQ(OfBlock(R"({"type":"text","text":"Hi"})"), "none");
  EXPECT_EQ(OfBlock(R"({"type":"image"})"),
            "missing_required_parameter messages[0].content[0].source: an object is required");
  EXPECT_EQ(
      OfBlock(R"({"type":"image","source":{"type":"base64"}})"),
      "missing_required_parameter messages[0].content[0].source.data: base64 data is required");
  const std::string broken = OfBlock(R"({"type":"image","source":{"type":"base64","data":"%"}})");
  EXPECT_NE(broken.find(" messages[0].content[0].source.data: "), std::string::npos) << broken;
  EXPECT_EQ(OfBlock(R"({"type":"document","source":{"type":"content","content":[{"type":"x"}]}})"),
            "invalid_value messages[0].content[0].source.content[0].type: expected text or image");
}

TEST(MessagesRefusals, NameTheMessageThatIsNone) {
  EXPECT_EQ(Refusal("5"), "invalid_type messages[0]: expected an object, found a number");
  EXPECT_EQ(Refusal(R"({"role":"user"})"),
            "missing_required_parameter messages[0].content: a string or an array of blocks is "
            "required");
  EXPECT_EQ(Refusal(R"({"role":"user","content":5})"),
            "invalid_type messages[0].content: expected a string or an array of blocks, found a "
            "number");
  EXPECT_EQ(OfBlock("5"),
            "invalid_type messages[0].content[0]: expected an object, found a number");
  EXPECT_EQ(OfBlock(R"({"type":"tool_use","id":"","name":"f","input":{}})", "assistant"),
            "invalid_value messages[0].content[0].id: expected an id, found an empty string");
  EXPECT_EQ(OfBlock(R"({"type":"image"})", "system"),
            "invalid_value messages[0].content[0]: unsupported content type 'image'");
}

TEST(MessagesRefusals, NameTheContentOfAResultThatIsNone) {
  EXPECT_EQ(OfResult(R"("4")"), "none");
  EXPECT_EQ(OfResult("4"),
            "invalid_type messages[1].content[0].content: expected a string or an array of blocks, "
            "found a number");
  EXPECT_EQ(OfResult(R"([{"type":"odd"}])"),
            "invalid_value messages[1].content[0].content[0]: unsupported content type 'odd'");
}

TEST(MessagesRefusals, NameTheFieldBesideTheMessages) {
  EXPECT_EQ(Refusal(kHi, R"("system":5)"),
            "invalid_type system: expected a string or an array of text blocks, found a number");
  EXPECT_EQ(Refusal(kHi, R"("system":[{"type":"image"}])"),
            "invalid_value system[0].type: expected text");
  EXPECT_EQ(Refusal(kHi, R"("stop_sequences":["a",5])"),
            "invalid_type stop_sequences[1]: expected a string, found a number");
  EXPECT_EQ(Refusal(kHi, R"("tools":[5])"),
            "invalid_type tools[0]: expected an object, found a number");
  EXPECT_EQ(Refusal(kHi, R"("tools":[{"name":"","input_schema":{"type":"object"}}])"),
            "invalid_value tools[0].name: expected a name");
}

TEST(MessagesRefusals, TellWhatNoTokensContradict) {
  constexpr std::string_view kTools =
      R"("tools":[{"name":"f","input_schema":{"type":"object"}}],"tool_choice":{"type":")";
  EXPECT_EQ(Refusal(kHi, "", 0), "none");
  EXPECT_EQ(Refusal(kHi, std::string(kTools) + R"(auto"})", 0), "none");
  EXPECT_TRUE(Refusal(kHi, std::string(kTools) + R"(any"})", 0)
                  .starts_with("invalid_value max_tokens: 0 is allowed only without"));
  EXPECT_TRUE(Refusal(kHi, R"("stream":true)", 0).starts_with("invalid_value max_tokens:"));
  EXPECT_EQ(Refusal(kHi, std::string(kTools) + R"(any"})", 1), "none");
}

TEST(MessagesRequest, TellsTheStateOfABrowserAsText) {
  const auto request = Read(
      R"({"role":"assistant","content":[{"type":"tool_use","id":"a","name":"f","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":[{"type":"browser_state","url":"https://a.example","title":"A"}]}]})");
  ASSERT_TRUE(request) << request.error().message;
  const auto& result = std::get<chat::ToolResult>(request->messages.back().blocks.front());
  ASSERT_EQ(result.content.size(), 1U);
  EXPECT_EQ(std::get<chat::Text>(result.content[0]).text, "https://a.example\nA");
}

TEST(MessagesRequest, DeclaresADeferredToolThatASearchOfTheServerFound) {
  constexpr std::string_view kTools =
      R"("tools":[{"name":"f","defer_loading":true,"input_schema":{"type":"object"}},{"name":"g","defer_loading":true,"input_schema":{"type":"object"}}])";
  const auto request = Read(
      R"({"role":"user","content":"Hi"},{"role":"assistant","content":[{"type":"server_tool_use","id":"s","name":"search","input":{}},{"type":"tool_search_tool_result","tool_use_id":"s","content":{"tool_references":[{"type":"tool_reference","tool_name":"g"}]}}]},{"role":"user","content":"On."})",
      kTools);
  ASSERT_TRUE(request) << request.error().message;
  ASSERT_EQ(request->tools.size(), 1U);
  EXPECT_EQ(request->tools[0].name, "g");
}

}  // namespace
}  // namespace agm::protocol
