#include <gtest/gtest.h>

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <variant>

#include "core/protocol/openai/chat_request.h"

namespace agm::protocol {
namespace {

// What the client is told of a body that has these members beside its model.
std::string Refusal(std::string_view members) {
  const auto request = ReadOpenAiChatRequest(fmt::format(R"({{"model":"m",{}}})", members));
  return request ? "none" : fmt::format("{} {}", request.error().reason, request.error().message);
}

std::string OfPart(std::string_view part) {
  return Refusal(fmt::format(R"("messages":[{{"role":"user","content":[{}]}}])", part));
}

// The same for a body that has one message.
std::string OfMember(std::string_view member) {
  return Refusal(fmt::format(R"("messages":[{{"role":"user","content":"Hi"}}],{})", member));
}

TEST(OpenAiRefusals, NameTheMissingMemberOfAPart) {
  EXPECT_EQ(OfPart(R"({"type":"text","text":"Hi"})"), "none");
  EXPECT_EQ(OfPart("5"), "invalid_type messages[0].content[0]: expected an object, found a number");
  EXPECT_EQ(OfPart(R"({"type":"text"})"),
            "missing_required_parameter messages[0].content[0].text: a string is required");
  EXPECT_EQ(OfPart(R"({"type":"image_url"})"),
            "missing_required_parameter messages[0].content[0].image_url: an object with a url is "
            "required");
  EXPECT_EQ(
      OfPart(R"({"type":"image_url","image_url":{}})"),
      "missing_required_parameter messages[0].content[0].image_url.url: a string is required");
  EXPECT_EQ(OfPart(R"({"type":"input_audio"})"),
            "missing_required_parameter messages[0].content[0].input_audio: an object is required");
  EXPECT_EQ(OfPart(R"({"type":"file"})"),
            "missing_required_parameter messages[0].content[0].file: an object is required");
  EXPECT_EQ(OfPart(R"({"type":"output_audio"})"),
            "missing_required_parameter messages[0].content[0].data: a string is required");
}

TEST(OpenAiRefusals, NameTheCallThatIsNone) {
  EXPECT_EQ(Refusal(R"("messages":[{"role":"assistant","tool_calls":[5]}])"),
            "invalid_type messages[0].tool_calls[0]: expected an object, found a number");
  EXPECT_EQ(Refusal(R"("messages":[{"role":"assistant","tool_calls":[{"id":"a"}]}])"),
            "missing_required_parameter messages[0].tool_calls[0].function: an object is required");
}

TEST(OpenAiRefusals, NameTheInputThatSaysNothing) {
  EXPECT_EQ(Refusal(R"("input":"Hi")"), "none");
  EXPECT_EQ(Refusal(R"("input":5)"),
            "invalid_type input: expected a string or an array, found a number");
  EXPECT_EQ(Refusal(R"("input":[])"),
            "empty_array input: expected at least one item that says something, found none");
}

TEST(OpenAiRefusals, NameTheStopThatIsNoText) {
  EXPECT_EQ(OfMember(R"("stop":["a",null,"b"])"), "none");
  EXPECT_EQ(OfMember(R"("stop":["a",5])"),
            "invalid_type stop[1]: expected a string, found a number");
}

TEST(OpenAiRefusals, NameTheToolThatIsNone) {
  EXPECT_EQ(OfMember(R"("tools":[5])"),
            "invalid_type tools[0]: expected an object, found a number");
  EXPECT_EQ(OfMember(R"("tools":[{"type":"function"}])"),
            "missing_required_parameter tools[0].function: an object with a name is required");
  EXPECT_EQ(OfMember(R"("tools":[{"type":"custom"}])"),
            "missing_required_parameter tools[0].custom: an object with a name is required");
  EXPECT_EQ(OfMember(R"("tools":[{"type":"function","function":{"name":""}}])"),
            "invalid_value tools[0].function.name: expected a name, found nothing");
  EXPECT_EQ(OfMember(R"("functions":["f"])"),
            "invalid_type functions[0]: expected an object, found a string");
  EXPECT_EQ(OfMember(R"("tool_choice":{"type":"allowed_tools","allowed_tools":{"tools":[]}})"),
            "invalid_value tool_choice.allowed_tools: expected at least one tool with a name");
}

TEST(OpenAiChatRequest, LeavesTheChoiceToTheModelWhereAFunctionCallIsAuto) {
  const auto request = ReadOpenAiChatRequest(
      R"({"model":"m","messages":[{"role":"user","content":"Hi"}],"functions":[{"name":"f"}],"function_call":"auto"})");
  ASSERT_TRUE(request);
  ASSERT_TRUE(request->tool_choice);
  EXPECT_EQ(request->tool_choice->mode, chat::ToolMode::kAuto);
}

TEST(OpenAiChatRequest, ReadsAudioOfAnEarlierAnswer) {
  const auto request = ReadOpenAiChatRequest(
      R"({"model":"m","messages":[{"role":"user","content":[{"type":"output_audio","data":"UklGRgAAAABXQVZF"}]}]})");
  ASSERT_TRUE(request) << request.error().message;
  ASSERT_EQ(request->messages[0].blocks.size(), 1U);
  EXPECT_EQ(std::get<chat::Media>(request->messages[0].blocks[0]).data, "UklGRgAAAABXQVZF");
}

TEST(OpenAiChatRequest, ReadsAnObjectAsTheTextOfAResult) {
  const auto request = ReadOpenAiChatRequest(
      R"({"model":"m","messages":[{"role":"user","content":"Hi"},{"role":"assistant","tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"a","content":{"n":1.0}}]})");
  ASSERT_TRUE(request) << request.error().message;
  const auto& result = std::get<chat::ToolResult>(request->messages.back().blocks.front());
  ASSERT_EQ(result.content.size(), 1U);
  EXPECT_EQ(std::get<chat::Text>(result.content[0]).text, R"({"n":1.0})");
}

TEST(OpenAiChatRequest, KeepsAsManyUnknownFieldsAsItMay) {
  std::string members;
  for (int i = 0; i < 40; ++i) members += fmt::format(R"(,"x{}":{})", i, i);
  const auto request = ReadOpenAiChatRequest(
      R"({"model":"m","messages":[{"role":"user","content":"Hi"}])" + members + "}");
  ASSERT_TRUE(request);
  EXPECT_EQ(request->extra.size(), 32U);
  const std::string longest(64, 'x');
  const auto named = ReadOpenAiChatRequest(fmt::format(
      R"({{"model":"m","messages":[{{"role":"user","content":"Hi"}}],"{0}":1,"{0}x":2}})",
      longest));
  ASSERT_TRUE(named);
  EXPECT_EQ(named->extra, (chat::Extra{{"openai." + longest, "1"}}));
}

TEST(OpenAiChatRequest, PrefersMessagesToAnInput) {
  const auto request = ReadOpenAiChatRequest(
      R"({"model":"m","input":"in","messages":[{"role":"user","content":"Hi"}]})");
  ASSERT_TRUE(request);
  ASSERT_EQ(request->messages.size(), 1U);
  EXPECT_EQ(std::get<chat::Text>(request->messages[0].blocks[0]).text, "Hi");
}

TEST(OpenAiChatRequest, KeepsUnknownFieldsWhoseNamesArePlain) {
  const auto request = ReadOpenAiChatRequest(
      R"({"model":"m","messages":[{"role":"user","content":"Hi"}],"a_b":1,"a-b":2,"a.b":3,"a b":4,"a/b":5,"é":6})");
  ASSERT_TRUE(request);
  EXPECT_EQ(request->extra,
            (chat::Extra{{"openai.a_b", "1"}, {"openai.a-b", "2"}, {"openai.a.b", "3"}}));
}

}  // namespace
}  // namespace agm::protocol
