#include "core/protocol/responses/items.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <variant>

#include "core/protocol/openai/chat_request.h"

namespace agm::protocol {
namespace {

// The messages of an input, a line each: "assistant call a", "tool a f: text".
std::string Shown(std::string_view items) {
  const auto request = ReadOpenAiChatRequest(fmt::format(R"({{"model":"m","input":[{}]}})", items));
  if (!request) return request.error().message;
  constexpr const char* kRoles[] = {"system", "user", "assistant", "tool"};
  std::string out;
  for (const chat::Message& message : request->messages) {
    out += kRoles[static_cast<std::size_t>(message.role)];
    for (const chat::Block& block : message.blocks) {
      if (const auto* text = std::get_if<chat::Text>(&block)) {
        out += " " + text->text + (text->signature.empty() ? "" : " signed " + text->signature);
      }
      if (const auto* call = std::get_if<chat::ToolCall>(&block)) out += " call " + call->id;
      const auto* result = std::get_if<chat::ToolResult>(&block);
      if (result == nullptr) continue;
      out += " " + result->id + " " + result->name;
      for (const auto& item : result->content) out += ": " + std::get<chat::Text>(item).text;
    }
    out += "\n";
  }
  return out;
}

std::string Call(std::string_view id, std::string_view name = "f") {
  return fmt::format(R"({{"type":"function_call","call_id":"{}","name":"{}","arguments":"{{}}"}})",
                     id, name);
}

std::string Output(std::string_view id, std::string_view output) {
  return fmt::format(R"({{"type":"function_call_output","call_id":"{}","output":{}}})", id, output);
}

std::string Signed(std::string_view signature) {
  return fmt::format(R"({{"type":"reasoning","summary":[],"encrypted_content":"{}"}})",
                     SealSignature(signature, Signs::kNext));
}

constexpr std::string_view kUser = R"({"role":"user","content":"Hi"})";
constexpr std::string_view kAnswer = R"({"role":"assistant","content":"a"})";

TEST(ResponsesItems, PutEachOutputBehindItsCall) {
  EXPECT_EQ(Shown(fmt::format("{},{},{},{},{}", Call("a"), kUser, Call("b", "g"),
                              Output("b", "\"2\""), Output("a", "\"1\""))),
            "assistant call a\ntool a f: 1\nuser Hi\nassistant call b\ntool b g: 2\n");
  EXPECT_EQ(Shown(fmt::format("{},{},{},{}", Call("a"), Call("b", "g"), Output("b", "\"2\""),
                              Output("a", "\"1\""))),
            "assistant call a call b\ntool b g: 2 a f: 1\n");
}

TEST(ResponsesItems, IgnoreASignatureOfATextThatIsNotThere) {
  const std::string before =
      fmt::format(R"({{"type":"reasoning","summary":[],"encrypted_content":"{}"}})",
                  SealSignature("c2ln", Signs::kTextBefore));
  EXPECT_EQ(Shown(fmt::format("{},{}", before, kUser)), "user Hi\n");
  EXPECT_EQ(Shown(fmt::format(R"({{"role":"assistant","content":[]}},{},{})", before, kUser)),
            Shown(fmt::format(R"({{"role":"assistant","content":[]}},{})", kUser)));
}

TEST(ResponsesItems, MayShareAnId) {
  EXPECT_EQ(Shown(fmt::format("{},{},{},{},{}", Call("a"), Call("a", "g"), Output("a", "\"1\""),
                              Output("a", "\"2\""), Output("a", "\"3\""))),
            "assistant call a call a\ntool a f: 1 a g: 2\n");
}

TEST(ResponsesItems, NeedAnOutputForEachCallAndACallForEachOutput) {
  EXPECT_EQ(Shown(Call("a")), "input: no tool output found for the call a");
  EXPECT_EQ(Shown(fmt::format("{},{}", kUser, Output("a", "\"1\""))),
            "input[1].call_id: no tool call found for the output with call_id a");
}

TEST(ResponsesItems, GiveTheOutputOfAShellAsItsJson) {
  const auto output = [](std::string_view of) {
    return Shown(fmt::format("{},{}", Call("a"), Output("a", of)));
  };
  EXPECT_EQ(output(R"([{"type":"input_text","text":"x"}])"), "assistant call a\ntool a f: x\n");
  EXPECT_EQ(output(R"([{"stdout":"x"}])"), "assistant call a\ntool a f: [{\"stdout\":\"x\"}]\n");
  EXPECT_EQ(output(R"([{"type":5}])"), "assistant call a\ntool a f: [{\"type\":5}]\n");
}

TEST(ResponsesItems, SignTheTextBehindAReasoning) {
  EXPECT_EQ(Shown(fmt::format("{},{},{}", kUser, Signed("s"), kAnswer)),
            "user Hi\nassistant a signed s\n");
  EXPECT_EQ(Shown(fmt::format("{},{},{},{}", kUser, Signed("s"), kAnswer, kAnswer)),
            "user Hi\nassistant a signed s a\n");
  EXPECT_EQ(Shown(fmt::format("{},{},{},{}", kUser, Signed("s"),
                              R"({"role":"assistant","content":[]})", kAnswer)),
            "user Hi\nassistant a signed s\n");
  EXPECT_EQ(Shown(fmt::format("{},{},{},{}", kUser, Signed("s"), kUser, kAnswer)),
            "user Hi\nuser Hi\nassistant a\n");
}

}  // namespace
}  // namespace agm::protocol
