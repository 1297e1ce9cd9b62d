#include "core/protocol/gemini/turns.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace agm::protocol {
namespace {

// A message in one word per block: "a!" calls a, "a=" is the result of a, anything else is text.
chat::Message Said(chat::Role role, const std::vector<std::string>& words) {
  chat::Message message{role, {}, {}};
  for (const std::string& word : words) {
    const std::string name = word.substr(0, word.size() - 1);
    if (word.ends_with('!')) {
      message.blocks.emplace_back(chat::ToolCall{name, "f", "{}", chat::ToolKind::kFunction, {}});
    } else if (word.ends_with('=')) {
      chat::ToolResult result;
      result.id = name;
      result.name = "f";
      message.blocks.emplace_back(std::move(result));
    } else {
      message.blocks.emplace_back(chat::Text{word, {}});
    }
  }
  return message;
}

chat::Message User(const std::vector<std::string>& words) { return Said(chat::Role::kUser, words); }
chat::Message Model(const std::vector<std::string>& words) {
  return Said(chat::Role::kAssistant, words);
}
chat::Message Tool(const std::vector<std::string>& words) { return Said(chat::Role::kTool, words); }

// The arranged turns in the same words, those of the model in brackets.
std::string Arranged(std::vector<chat::Message> messages,
                     const std::map<std::string, std::string, std::less<>>& turns = {}) {
  chat::Request request;
  request.messages = std::move(messages);
  GeminiWriteOptions options;
  options.turn_of = [&](std::string_view call, std::string_view) {
    const auto at = turns.find(call);
    return at == turns.end() ? std::string() : at->second;
  };
  std::vector<std::unique_ptr<chat::Block>> spare;
  const GeminiTurns arranged =
      ArrangeGeminiTurns(request, TraitsOf("gemini-3-pro-preview"), options, spare);
  std::string out;
  for (const GeminiTurn& turn : arranged.turns) {
    std::string words;
    for (const chat::Block* block : turn.blocks) {
      if (!words.empty()) words += ' ';
      if (const auto* call = std::get_if<chat::ToolCall>(block)) words += call->id + "!";
      if (const auto* result = std::get_if<chat::ToolResult>(block)) words += result->id + "=";
      if (const auto* text = std::get_if<chat::Text>(block)) words += text->text;
    }
    out += (out.empty() ? "" : " ") + (turn.model ? "[" + words + "]" : "(" + words + ")");
  }
  return out;
}

TEST(GeminiTurns, PutCallsThatTheModelMadeAtOnceTogetherAgain) {
  EXPECT_EQ(Arranged({User({"hi"}), Model({"a!"}), Tool({"a="}), Model({"b!"}), Tool({"b="})},
                     {{"a", "1"}, {"b", "1"}}),
            "(hi) [a! b!] (a= b=)");
  EXPECT_EQ(Arranged({User({"hi"}), Model({"a!"}), Tool({"a="}), Model({"b!"}), Tool({"b="}),
                      Model({"c!"}), Tool({"c="}), Model({"done"}), User({"more"})},
                     {{"a", "1"}, {"b", "1"}, {"c", "1"}}),
            "(hi) [a! b! c!] (a= b= c=) [done] (more)");
}

TEST(GeminiTurns, KeepCallsOfDifferentTurnsApart) {
  const std::vector<chat::Message> messages = {User({"hi"}), Model({"a!"}), Tool({"a="}),
                                               Model({"b!"}), Tool({"b="})};
  const std::string apart = "(hi) [a!] (a=) [b!] (b=)";
  EXPECT_EQ(Arranged(messages, {{"a", "1"}, {"b", "2"}}), apart);
  EXPECT_EQ(Arranged(messages, {{"b", "1"}}), apart);
  EXPECT_EQ(Arranged(messages, {{"a", "1"}}), apart);
  EXPECT_EQ(Arranged(messages), apart);
}

TEST(GeminiTurns, JoinCallsOnlyIfNothingButResultsStandsBetween) {
  const std::map<std::string, std::string, std::less<>> same = {{"a", "1"}, {"b", "1"}};
  EXPECT_EQ(Arranged({User({"hi"}), Model({"a!"}), Tool({"a="}), User({"and?"}), Model({"b!"}),
                      Tool({"b="})},
                     same),
            "(hi) [a!] (a=) (and?) [b!] (b=)");
  EXPECT_EQ(Arranged({User({"hi"}), Model({"a!"}), Tool({"a="}), Model({"so"}), Model({"b!"}),
                      Tool({"b="})},
                     same),
            "(hi) [a!] (a=) [so b!] (b=)");
  EXPECT_EQ(
      Arranged({User({"hi"}), Model({"a!"}), Model({"b!"}), Tool({"a="}), Tool({"b="})}, same),
      "(hi) [a! b!] (a= b=)");
}

TEST(GeminiTurns, EndWithTheResultsOfTheLastCalls) {
  const std::map<std::string, std::string, std::less<>> same = {{"a", "1"}, {"b", "1"}};
  EXPECT_EQ(Arranged({User({"hi"}), Model({"a!"}), Tool({"a="})}, same), "(hi) [a!] (a=)");
  EXPECT_EQ(Arranged({User({"hi"}), Model({"a!", "b!"}), Tool({"b="}), Tool({"a="})}, same),
            "(hi) [a! b!] (a= b=)");
  // A call that no result follows gets an empty one.
  EXPECT_EQ(Arranged({User({"hi"}), Model({"a!"})}, same), "(hi) [a!] (a=)");
  EXPECT_EQ(Arranged({User({"hi"}), Model({"a!"}), Tool({"a="}), Model({"b!"})}, same),
            "(hi) [a! b!] (a= b=)");
}

TEST(GeminiTurns, BeginAndEndWithTheUser) {
  EXPECT_EQ(Arranged({Model({"hello"})}), "( ) [hello] ( )");
  EXPECT_EQ(Arranged({Model({"a!"}), Tool({"a="})}), "( ) [a!] (a=)");
  EXPECT_EQ(Arranged({User({""}), Model({"hello"}), User({"bye"})}), "( ) [hello] (bye)");
}

TEST(GeminiTurns, GiveCallsThatShareAnIdIdsOfTheirOwn) {
  EXPECT_EQ(Arranged({User({"hi"}), Model({"f!"}), Tool({"f="}), Model({"f!"}), Tool({"f="})}),
            "(hi) [f!] (f=) [f-2!] (f-2=)");
}

TEST(GeminiTurns, TurnAResultThatAnswersNoCallIntoText) {
  chat::Message stray = Tool({"x="});
  std::get<chat::ToolResult>(stray.blocks[0]).content.emplace_back(chat::Text{"noon", {}});
  EXPECT_EQ(Arranged({User({"hi"}), stray}), "(hi noon)");
}

}  // namespace
}  // namespace agm::protocol
