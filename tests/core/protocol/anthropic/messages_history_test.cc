#include <gtest/gtest.h>

#include <fmt/format.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

#include "core/protocol/anthropic/messages_request.h"

namespace agm::protocol {
namespace {

Result<chat::Request> Read(std::initializer_list<std::string_view> messages,
                           MessagesUse use = MessagesUse::kCreate, std::string_view more = {}) {
  std::string list;
  for (const std::string_view message : messages) {
    list += list.empty() ? "" : ",";
    list += message;
  }
  return ReadMessagesRequest(
      fmt::format(R"({{"model":"m","max_tokens":9,"messages":[{}]{}}})", list, more), use);
}

// The messages as "user text", "tool result of a: text", a line each.
std::string Shown(const Result<chat::Request>& request) {
  if (!request) return request.error().message;
  constexpr const char* kRoles[] = {"system", "user", "assistant", "tool"};
  std::string out;
  for (const chat::Message& message : request->messages) {
    out += kRoles[static_cast<std::size_t>(message.role)];
    for (const chat::Block& block : message.blocks) {
      if (const auto* text = std::get_if<chat::Text>(&block)) out += " " + text->text;
      if (const auto* call = std::get_if<chat::ToolCall>(&block)) out += " call " + call->id;
      const auto* result = std::get_if<chat::ToolResult>(&block);
      if (result == nullptr) continue;
      out += " result of " + result->id;
      for (const auto& item : result->content) out += ": " + std::get<chat::Text>(item).text;
    }
    out += "\n";
  }
  return out;
}

constexpr std::string_view kHi = R"({"role":"user","content":"Hi"})";
constexpr std::string_view kSystem = R"({"role":"system","content":"S"})";

std::string Call(std::string_view id) {
  return fmt::format(
      R"({{"role":"assistant","content":[{{"type":"tool_use","id":"{}","name":"f","input":{{}}}}]}})",
      id);
}

std::string ResultOf(std::string_view id, std::string_view more = {}) {
  return fmt::format(
      R"({{"role":"user","content":[{{"type":"tool_result","tool_use_id":"{}","content":"r"}}{}]}})",
      id, more);
}

TEST(MessagesHistory, NeedsAResultForEachCall) {
  const std::string refusal =
      "messages: every tool_use block needs a tool_result block in the message behind it; none has "
      "the id a";
  EXPECT_EQ(Shown(Read({kHi, Call("a")})), refusal);
  EXPECT_EQ(Shown(Read({kHi, Call("a"), kHi, Call("b"), ResultOf("b")})), refusal);
  EXPECT_EQ(
      Shown(Read({kHi, Call("a"), kHi, R"({"role":"assistant","content":"x"})", ResultOf("a")})),
      refusal);
  EXPECT_EQ(Shown(Read({kHi, Call("a")}, MessagesUse::kCount)), "user Hi\nassistant call a\n");
}

TEST(MessagesHistory, KeepsTheResultsOfEachTurnApart) {
  EXPECT_EQ(Shown(Read({kHi, Call("a"), ResultOf("a"), Call("b"), ResultOf("b")})),
            "user Hi\nassistant call a\ntool result of a: r\nassistant call b\n"
            "tool result of b: r\n");
}

TEST(MessagesHistory, MayUseTheIdOfAnEarlierTurnAgain) {
  EXPECT_EQ(Shown(Read({kHi, Call("a"), ResultOf("a"), Call("a"), ResultOf("a")})),
            "user Hi\nassistant call a\ntool result of a: r\nassistant call a\n"
            "tool result of a: r\n");
  EXPECT_EQ(Shown(Read({kHi, Call("a"), Call("a"), ResultOf("a")})),
            "messages[2].content[0].id: another tool_use block of this turn has the id \"a\"");
}

TEST(MessagesHistory, TakesNoResultOfAnEarlierTurn) {
  EXPECT_EQ(
      Shown(Read({kHi, Call("a"), ResultOf("a"), Call("b"), ResultOf("b"), ResultOf("a")})),
      "messages[5].content[0].tool_use_id: the message before has no tool_use block with the id "
      "\"a\"");
  EXPECT_EQ(Shown(Read({kHi, Call("a"), ResultOf("a"), ResultOf("a")})),
            "user Hi\nassistant call a\ntool result of a: r\n");
}

TEST(MessagesHistory, PutsSystemTextBehindTheResultsThatItWouldSplitFromTheirCall) {
  EXPECT_EQ(Shown(Read({kHi, Call("a"), kSystem, ResultOf("a", R"(,{"type":"text","text":"t"})"),
                        Call("b"), ResultOf("b")})),
            "user Hi\nassistant call a\ntool result of a: r\nuser <system>\nS\n</system>\n"
            "user t\nassistant call b\ntool result of b: r\n");
  EXPECT_EQ(Shown(Read({kHi, Call("a"), kSystem}, MessagesUse::kCount)),
            "user Hi\nassistant call a\nuser <system>\nS\n</system>\n");
  EXPECT_EQ(Shown(Read({kSystem, kHi})), "system S\nuser Hi\n");
}

TEST(MessagesHistory, BeginsAnewAtACompaction) {
  EXPECT_EQ(
      Shown(Read(
          {kHi,
           R"({"role":"assistant","content":[{"type":"text","text":"old"},{"type":"tool_use","id":"a","name":"f","input":{}},{"type":"compaction","content":"short"},{"type":"text","text":"new"}]})",
           kHi})),
      "assistant short new\nuser Hi\n");
}

TEST(MessagesHistory, KeepsTheTextBesideAnEffort) {
  EXPECT_EQ(
      Shown(Read({kHi, R"({"role":"system","content":"S","output_config":{"effort":"low"}})"})),
      "user Hi\nuser <system>\nS\n</system>\n");
  EXPECT_EQ(Shown(Read({kHi, R"({"role":"system","output_config":{"effort":"low"}})"})),
            "user Hi\n");
}

std::string ToolsAfter(std::initializer_list<std::string_view> blocks) {
  std::string list;
  for (const std::string_view block : blocks) {
    list += list.empty() ? "" : ",";
    list += block;
  }
  const auto request =
      Read({kHi, fmt::format(R"({{"role":"system","content":[{}]}})", list)}, MessagesUse::kCreate,
           R"(,"tools":[{"name":"f","input_schema":{"type":"object"}}])");
  if (!request) return request.error().message;
  std::string names;
  for (const chat::Tool& tool : request->tools) names += tool.name + " ";
  return names;
}

TEST(MessagesHistory, AddsAndRemovesTools) {
  constexpr std::string_view kAdd =
      R"({"type":"tool_addition","tool":{"name":"g","input_schema":{"type":"object"}}})";
  constexpr std::string_view kRemove = R"({"type":"tool_removal","tool_name":"g"})";
  EXPECT_EQ(ToolsAfter({kAdd}), "f g ");
  EXPECT_EQ(ToolsAfter({kAdd, kRemove}), "f ");
  EXPECT_EQ(ToolsAfter({kRemove, kAdd}), "f g ");
  EXPECT_EQ(ToolsAfter({R"({"type":"tool_removal","tool_name":"f"})"}), "");
  EXPECT_EQ(ToolsAfter({R"({"type":"tool_removal","tool_name":"f"})",
                        R"({"type":"tool_addition","tool":{"type":"tool_reference","name":"f"}})"}),
            "f ");
  EXPECT_EQ(ToolsAfter({R"({"type":"tool_addition","tool":{"type":"mcp_toolset","name":"g"}})"}),
            "f ");
}

TEST(MessagesHistory, ReadsDocumentsAndPicturesByTheirAddress) {
  const auto media = [](std::string_view type, std::string_view url) {
    const auto request = Read({fmt::format(
        R"({{"role":"user","content":[{{"type":"{}","source":{{"type":"url","url":"{}"}}}}]}})",
        type, url)});
    EXPECT_TRUE(request) << request.error().message;
    return request ? std::get<chat::Media>(request->messages[0].blocks[0]) : chat::Media();
  };
  EXPECT_EQ(media("document", "https://a.example/b").mime, "application/pdf");
  EXPECT_EQ(media("document", "https://a.example/b.txt").mime, "text/plain");
  EXPECT_EQ(media("image", "https://a.example/b").mime, "");
  EXPECT_EQ(media("image", "https://a.example/b").place.path, "messages[0].content[0].source.url");
}

TEST(MessagesHistory, BelievesTheTypeOfAPictureWhoseBytesTellNone) {
  const auto request = Read(
      {R"({"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAEC"}}]})"});
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(std::get<chat::Media>(request->messages[0].blocks[0]).mime, "image/png");
}

TEST(MessagesTools, AreChosenOnlyWhereThereAreFunctions) {
  const auto mode = [](std::string_view tools, std::string_view choice) {
    const auto request = Read({kHi}, MessagesUse::kCreate,
                              fmt::format(R"(,"tools":[{}],"tool_choice":{})", tools, choice));
    if (!request) return request.error().message;
    constexpr const char* kModes[] = {"auto", "none", "required", "validated"};
    return std::string(request->tool_choice
                           ? kModes[static_cast<std::size_t>(request->tool_choice->mode)]
                           : "not chosen");
  };
  constexpr std::string_view kF = R"({"name":"f","input_schema":{"type":"object"}})";
  constexpr std::string_view kSearch = R"({"type":"web_search_20250305","name":"web_search"})";
  EXPECT_EQ(mode(kF, R"({"type":"auto"})"), "auto");
  EXPECT_EQ(mode(kF, R"({"type":"none"})"), "none");
  EXPECT_EQ(mode(kF, R"({"type":"any"})"), "required");
  EXPECT_EQ(mode(kF, R"({"type":"tool","name":"f"})"), "required");
  EXPECT_EQ(mode(kF, R"({"type":"tool","name":"g"})"), "tool_choice.name: there is no tool \"g\"");
  EXPECT_EQ(mode("", R"({"type":"tool","name":"g"})"), "not chosen");
  EXPECT_EQ(mode(kSearch, R"({"type":"any"})"), "not chosen");
  EXPECT_EQ(mode(kSearch, R"({"type":"tool","name":"web_search"})"), "not chosen");
}

TEST(MessagesHistory, ReadsTheTitleOfADocumentThatHasParts) {
  EXPECT_EQ(
      Shown(Read(
          {R"({"role":"user","content":[{"type":"document","title":"T","context":"C","source":{"type":"content","content":[{"type":"text","text":"a"}]}}]})"})),
      "user T\nC\n a\n");
}

}  // namespace
}  // namespace agm::protocol
