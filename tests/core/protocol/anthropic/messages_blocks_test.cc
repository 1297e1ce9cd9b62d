#include "core/protocol/anthropic/messages_blocks.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace agm::protocol {
namespace {

// Writes each step down as a line.
class Record : public MessageSink {
 public:
  void Begin(const MessageBlock& block) override {
    constexpr const char* kNames[] = {"thinking", "text", "tool_use", "server_tool_use"};
    text += fmt::format("begin {} {} {}\n", kNames[static_cast<std::size_t>(block.kind)], block.id,
                        block.name);
  }
  void Add(std::string_view more) override { text += fmt::format("add {}\n", more); }
  void Cite(std::string_view citation) override { text += fmt::format("cite {}\n", citation); }
  void End(std::string_view signature) override { text += fmt::format("end {}\n", signature); }
  void Whole(std::string_view block) override { text += fmt::format("whole {}\n", block); }

  std::string text;
};

chat::BlockStarted Begin(chat::BlockKind kind, int choice = 0) {
  chat::BlockStarted started;
  started.choice = choice;
  started.kind = kind;
  if (kind != chat::BlockKind::kToolCall) return started;
  started.id = "a";
  started.name = "f";
  return started;
}

chat::BlockDelta Delta(std::string text, std::string part = {}, int choice = 0) {
  return {choice, std::move(text), {}, std::move(part)};
}

// The steps of an answer with these events. `finish` is what the first choice ends with.
std::string Steps(const chat::Request* request, const std::vector<chat::Event>& events,
                  const chat::ChoiceFinish& finish = {}) {
  const Reply reply{"r", "m", 0, request};
  Record record;
  MessageBlocks blocks(reply, record);
  for (const chat::Event& event : events) {
    if (const auto* e = std::get_if<chat::BlockStarted>(&event)) blocks.On(*e);
    if (const auto* e = std::get_if<chat::BlockDelta>(&event)) blocks.On(*e);
    if (const auto* e = std::get_if<chat::BlockStopped>(&event)) blocks.On(*e);
  }
  chat::Finished finished;
  finished.choices.push_back(finish);
  blocks.Finish(finished);
  return record.text;
}

chat::Request Offering(std::vector<chat::HostedTool> tools) {
  chat::Request request;
  request.hosted_tools = std::move(tools);
  return request;
}

std::vector<chat::Event> Text(const std::string& text) {
  return {Begin(chat::BlockKind::kText), Delta(text), chat::BlockStopped{}};
}

std::vector<chat::Event> Thought(const std::string& text) {
  return {Begin(chat::BlockKind::kThought), Delta(text), chat::BlockStopped{}};
}

std::vector<chat::Event> Call(const std::vector<std::string>& pieces) {
  std::vector<chat::Event> events = {Begin(chat::BlockKind::kToolCall)};
  for (const std::string& piece : pieces) events.emplace_back(Delta(piece));
  events.emplace_back(chat::BlockStopped{});
  return events;
}

const std::string kCodePart = R"({"executableCode":{"code":"1+1"}})";
const std::string kResultPart = R"({"codeExecutionResult":{"outcome":"OUTCOME_OK","output":"2"}})";

std::vector<chat::Event> Code(const std::string& text, const std::string& part) {
  return {Begin(chat::BlockKind::kText), Delta(text, part), chat::BlockStopped{}};
}

std::vector<chat::Event> Join(const std::vector<std::vector<chat::Event>>& parts) {
  std::vector<chat::Event> all;
  for (const auto& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

TEST(MessageBlocks, BeginWithTheThoughtsThatTheClientAskedFor) {
  const auto events = Join({Thought("t"), Text("a"), Thought("u"), Text("b")});
  const std::string text = "begin text  \nadd a\nadd b\nend \n";
  chat::Request request;
  EXPECT_EQ(Steps(&request, events), text);
  request.reasoning.show = true;
  EXPECT_EQ(Steps(&request, events), "begin thinking  \nadd t\nend agm1:r\n" + text);
  EXPECT_EQ(Steps(nullptr, events), "begin thinking  \nadd t\nend agm1:r\n" + text);
  EXPECT_EQ(Steps(nullptr, Join({Call({"{}"}), Thought("u")})),
            "begin tool_use a f\nadd {}\nend \n");
  EXPECT_EQ(Steps(nullptr, Join({Call({"{", " ", "}"}), Thought("u")})),
            "begin tool_use a f\nadd { \nadd }\nend \n");
}

TEST(MessageBlocks, AreThoseOfTheFirstChoice) {
  EXPECT_EQ(Steps(nullptr, {Begin(chat::BlockKind::kText, 0), Begin(chat::BlockKind::kText, 1),
                            Delta("b", {}, 1), Delta("a"), Delta(""), chat::BlockStopped{1, {}},
                            chat::BlockStopped{}}),
            "begin text  \nadd a\nend \n");
}

TEST(MessageBlocks, CloseTheTextBeforeACall) {
  const std::string text = "begin text  \nadd x\nend \n";
  EXPECT_EQ(Steps(nullptr, Join({Text("x"), Call({"{}"})})),
            text + "begin tool_use a f\nadd {}\nend \n");
  EXPECT_EQ(Steps(nullptr, Join({Text("x"), Call({"{", " ", "}"})})),
            text + "begin tool_use a f\nadd { \nadd }\nend \n");
  const chat::Request request = Offering({chat::HostedTool::kCodeExecution});
  EXPECT_EQ(Steps(&request, Join({Text("x"), Call({"{", " ", "}"})})),
            text + "begin tool_use a f\nadd { \nadd }\nend \n");
}

TEST(MessageBlocks, KeepTheTextOpenUntilTheEndWhereASearchMayCiteIt) {
  chat::Request request = Offering({chat::HostedTool::kWebSearch});
  chat::ChoiceFinish finish;
  finish.citations = {{1, 3, "https://a.example", "A"},
                      {2, 2, "https://a.example", "empty"},
                      {2, 99, "https://b.example", "B"}};
  const auto cite = [](std::string_view url, std::string_view title, std::string_view text) {
    return fmt::format(
        R"(cite {{"type":"web_search_result_location","url":"{}","title":"{}","cited_text":"{}","encrypted_index":""}})"
        "\n",
        url, title, text);
  };
  EXPECT_EQ(Steps(&request, Join({Text("äöü"), Call({"{", " ", "}"}), Text("b")}), finish),
            "begin text  \nadd äöü\nadd b\n" + cite("https://a.example", "A", "öü") +
                cite("https://b.example", "B", "üb") + "end \nbegin tool_use a f\nadd { }\nend \n");
  finish.choice = 1;
  EXPECT_EQ(Steps(&request, Text("äöü"), finish), "begin text  \nadd äöü\nend \n");
  // A call behind thoughts need not wait.
  request.reasoning.show = true;
  EXPECT_EQ(Steps(&request, Join({Thought("t"), Call({"{", " ", "}"})})),
            "begin thinking  \nadd t\nend agm1:r\nbegin tool_use a f\nadd { \nadd }\nend \n");
}

TEST(MessageBlocks, CiteOnlyTheTextThatIsOpen) {
  const chat::Request request =
      Offering({chat::HostedTool::kWebSearch, chat::HostedTool::kCodeExecution});
  chat::ChoiceFinish finish;
  finish.citations = {{0, 2, "https://a.example", "of the code"},
                      {4, 6, "https://b.example", "of the text"}};
  const std::string steps = Steps(&request, Join({Code("code", kCodePart), Text("text")}), finish);
  EXPECT_EQ(steps.find("of the code"), std::string::npos) << steps;
  EXPECT_NE(steps.find(R"("title":"of the text","cited_text":"te")"), std::string::npos) << steps;
  EXPECT_EQ(Steps(&request, Code("code", kCodePart), finish).find("cite"), std::string::npos);
}

TEST(MessageBlocks, TellTheSearchesAndTheirPages) {
  const chat::Request request =
      Offering({chat::HostedTool::kWebSearch, chat::HostedTool::kUrlContext});
  const auto steps = [&](const chat::WebUse& web, const chat::Request* of) {
    chat::ChoiceFinish finish;
    finish.web = web;
    return Steps(of, {}, finish);
  };
  const std::string queried = steps({{"q", "p"}, {}, {}}, &request);
  EXPECT_TRUE(
      queried.starts_with("begin server_tool_use srvtoolu_r1 web_search\n"
                          "add {\"query\":\"q\"}\nend \nwhole {\"type\":\"web_search_tool_"
                          "result\",\"tool_use_id\":\"srvtoolu_r1\""))
      << queried;
  EXPECT_NE(steps({{}, {{"https://a.example", "A", false}}, {}}, &request)
                .find(R"("url":"https://a.example")"),
            std::string::npos);
  const std::string fetched = steps({{}, {}, {{"https://a.example", "", false}}}, &request);
  EXPECT_TRUE(
      fetched.starts_with("begin server_tool_use srvtoolu_r1 web_fetch\n"
                          "add {\"url\":\"https://a.example\"}\nend \n"))
      << fetched;
  EXPECT_EQ(steps({}, &request), "");
  EXPECT_EQ(steps({{"q"}, {}, {{"https://a.example", "", false}}}, nullptr), "");
}

TEST(MessageBlocks, ShowCodeAsBlocksWhereTheClientOffersTheTool) {
  chat::Request request = Offering({chat::HostedTool::kCodeExecution});
  const auto events = Join({Code("c", kCodePart), Code("r", kResultPart)});
  EXPECT_EQ(Steps(nullptr, events), "begin text  \nadd c\nadd r\nend \n");
  const std::string steps = Steps(&request, events);
  EXPECT_TRUE(steps.starts_with("begin server_tool_use ")) << steps;
  EXPECT_NE(steps.find("\nwhole {"), std::string::npos) << steps;
  EXPECT_EQ(Steps(&request, Code("r", kResultPart)), "begin text  \nadd r\nend \n");
  EXPECT_EQ(Steps(&request, Code("x", "{}")), "begin text  \nadd x\nend \n");
  EXPECT_NE(Steps(&request, Join({Code("c", kCodePart), Code("x", "{}")})).find("add x\n"),
            std::string::npos);
  request.reasoning.show = true;
  EXPECT_EQ(Steps(&request, Join({Code("c", kCodePart), Thought("late")})).find("late"),
            std::string::npos);
}

TEST(MessageBlocks, HoldAPictureAsText) {
  chat::BlockStarted picture = Begin(chat::BlockKind::kMedia);
  picture.mime = "image/png";
  EXPECT_EQ(Steps(nullptr, {picture, Delta("AA"), Delta("AA"), chat::BlockStopped{}}),
            "begin text  \nadd ![image](data:image/png;base64,AAAA)\nend \n");
  EXPECT_EQ(Steps(nullptr, {picture, chat::BlockStopped{}}), "");
}

}  // namespace
}  // namespace agm::protocol
