#include "core/protocol/openai/messages.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

#include "core/protocol/openai/chat_request.h"

namespace agm::protocol {
namespace {

Result<chat::Request> Read(std::string_view messages) {
  return ReadOpenAiChatRequest(fmt::format(R"({{"model":"m","messages":[{}]}})", messages));
}

std::string Refusal(std::string_view messages) {
  const auto request = Read(messages);
  return request ? "none" : request.error().message;
}

constexpr std::string_view kUser = R"({"role":"user","name":"eve","content":"Hi"})";
constexpr std::string_view kCall =
    R"({"role":"assistant","name":"bot","tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}]})";
constexpr std::string_view kResult = R"({"role":"tool","tool_call_id":"a","content":"1"})";

std::string Join(std::initializer_list<std::string_view> messages) {
  std::string out;
  for (const std::string_view message : messages) {
    out += out.empty() ? "" : ",";
    out += message;
  }
  return out;
}

TEST(OpenAiMessages, KeepTheNamesOfTheirSpeakers) {
  const auto request = Read(Join({kUser, kCall, kResult}));
  ASSERT_TRUE(request) << request.error().message;
  ASSERT_EQ(request->messages.size(), 3U);
  EXPECT_EQ(request->messages[0].name, "eve");
  EXPECT_EQ(request->messages[1].name, "bot");
}

TEST(OpenAiMessages, NeedAResultForEachCall) {
  const std::string expected =
      "messages: an assistant message with 'tool_calls' must be followed by tool messages that "
      "answer each call; not answered: a";
  EXPECT_EQ(Refusal(Join({kUser, kCall})), expected);
  EXPECT_EQ(Refusal(Join({kUser, kCall, kUser, kResult})), expected);
  EXPECT_EQ(Refusal(Join({kUser, kCall, kCall, kResult})), expected);
  EXPECT_EQ(Refusal(Join({kUser, kCall, kResult, kCall, kResult, kUser})), "none");
}

TEST(OpenAiMessages, IgnoreASecondResultOfTheSameCall) {
  const auto request =
      Read(Join({kUser, kCall, kResult, R"({"role":"tool","tool_call_id":"a","content":"2"})"}));
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->messages.size(), 3U);
}

TEST(OpenAiMessages, NeedACallBeforeEachResult) {
  const std::string message = Refusal(Join({kUser, kResult}));
  EXPECT_TRUE(message.ends_with("messages[1] answers \"a\", which is none")) << message;
  // A turn of the user ends the time of a call.
  EXPECT_NE(Refusal(Join({kUser, kCall, kResult, kUser, kResult})), "none");
  EXPECT_NE(
      Refusal(Join({kUser, kCall, kResult, R"({"role":"assistant","content":"b"})", kResult})),
      "none");
}

TEST(OpenAiMessages, MayHoldACustomCallThatDoesNotSayItsType) {
  const auto request = Read(
      Join({kUser,
            R"({"role":"assistant","tool_calls":[{"id":"a","custom":{"name":"sh","input":"ls"}}]})",
            kResult}));
  ASSERT_TRUE(request) << request.error().message;
  const auto& call = std::get<chat::ToolCall>(request->messages[1].blocks[0]);
  EXPECT_EQ(call.kind, chat::ToolKind::kCustom);
  EXPECT_EQ(call.arguments, "ls");
}

TEST(OpenAiMessages, ReadTheSignatureOfACallWhereverItStands) {
  const auto signature = [](std::string_view outer, std::string_view inner) {
    const auto request = Read(Join(
        {kUser,
         fmt::format(
             R"({{"role":"assistant","tool_calls":[{{"id":"a","type":"function"{},"function":{{"name":"f","arguments":"{{}}"{}}}}}]}})",
             outer, inner),
         kResult}));
    EXPECT_TRUE(request) << request.error().message;
    return std::get<chat::ToolCall>(request->messages[1].blocks[0]).signature;
  };
  EXPECT_EQ(signature(R"(,"extra_content":{"google":{"thought_signature":"s"}})", ""), "s");
  EXPECT_EQ(signature(R"(,"extraContent":{"google":{"thoughtSignature":"s"}})", ""), "s");
  EXPECT_EQ(signature("", R"(,"provider_specific_fields":{"thought_signature":"s"})"), "s");
  EXPECT_EQ(signature("", ""), "");
}

TEST(OpenAiMessages, ReadPicturesByTheirIdOrAddress) {
  const auto media = [](std::string_view part) {
    const auto request = Read(fmt::format(R"({{"role":"user","content":[{}]}})", part));
    EXPECT_TRUE(request) << request.error().message;
    return request ? std::get<chat::Media>(request->messages[0].blocks[0]) : chat::Media();
  };
  EXPECT_EQ(
      media(R"({"type":"input_image","file_id":"x","image_url":"https://a.example/b.png"})").uri,
      "https://a.example/b.png");
  EXPECT_EQ(media(R"({"type":"input_image","image_url":"https://a.example/b.png","detail":"low"})")
                .detail,
            "low");
  EXPECT_EQ(
      media(R"({"type":"image_url","image_url":{"url":"https://a.example/b.png","detail":"high"}})")
          .detail,
      "high");
}

TEST(OpenAiMessages, KeepTheDetailOfAPictureThatStandsInItsAddress) {
  const auto request = Read(
      R"({"role":"user","content":[{"type":"input_image","image_url":{"url":"https://a.example/b.png","detail":"high"}}]})");
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(std::get<chat::Media>(request->messages[0].blocks[0]).detail, "high");
  EXPECT_NE(Refusal(R"({"role":"user","content":[{"type":"input_image","detail":"low"}]})"),
            "none");
}

TEST(OpenAiMessages, ReadTheSignatureOfALegacyCall) {
  const auto request = Read(Join(
      {kUser,
       R"({"role":"assistant","function_call":{"name":"f","arguments":"{}"},"extra_content":{"google":{"thought_signature":"s"}}})"}));
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(std::get<chat::ToolCall>(request->messages[1].blocks[0]).signature, "s");
}

TEST(OpenAiMessages, LeaveOutThoughtsOfTheAssistantOnly) {
  const auto request = Read(Join(
      {kUser,
       R"({"role":"assistant","content":[{"type":"thinking","thinking":"t"},{"type":"text","text":"a"}]})"}));
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->messages[1].blocks.size(), 1U);
  EXPECT_NE(Refusal(R"({"role":"user","content":[{"type":"thinking","thinking":"t"}]})"), "none");
}

}  // namespace
}  // namespace agm::protocol
