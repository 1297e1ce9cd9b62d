// Walks tests/golden/messages (see golden_case.h), and checks the properties that hold for every
// conversion on the same cases, and on the answers of tests/golden/openai. Of an answer it checks
//
//   answer.sse|json   -> message.json, stream.sse

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/base/json_writer.h"
#include "core/protocol/anthropic/messages.h"
#include "core/protocol/anthropic/messages_request.h"
#include "core/protocol/openai/chat.h"
#include "core/protocol/openai/chat_request.h"
#include "tests/core/protocol/golden_case.h"
#include "tests/support/event_grammar.h"
#include "tests/support/golden.h"
#include "tests/support/messages_grammar.h"
#include "tests/support/openai_request.h"

namespace agm::protocol {
namespace {

struct Case : GoldenCase {
  explicit Case(const std::string& path) : GoldenCase(path, AnthropicMessages()) {}
};

std::string StreamOf(const Events& events, const Reply& reply) {
  const auto writer = AnthropicMessages().NewStreamWriter(reply);
  std::string stream;
  for (const chat::Event& event : events) writer->Write(event, stream);
  return stream;
}

std::string WholeOf(const chat::Response& response, const Reply& reply) {
  return *AnthropicMessages().WriteResponse(response, reply);
}

class MessagesRequestCase : public testing::TestWithParam<std::string> {};
class MessagesAnswerCase : public testing::TestWithParam<std::string> {};
class AnyMessagesAnswerCase : public testing::TestWithParam<std::string> {};

TEST_P(MessagesRequestCase, BecomesTheExpectedUpstreamRequest) {
  const Case c(GetParam());
  ExpectUpstream(c, AnthropicMessages());
}

// Properties 1 and 2: the upstream is told the same over the other dialects.
TEST_P(MessagesRequestCase, SurvivesTheOtherDialects) {
  const Case c(GetParam());
  if (c.error) return;
  ExpectUpstreamSurvives(c);
  // Chat completions have no hosted tools, and no more than five stop sequences.
  if (!c.request.hosted_tools.empty() || c.request.sampling.stop.size() > 5) return;
  const auto chat = ReadOpenAiChatRequest(test::WriteOpenAiChatRequest(c.request));
  ASSERT_TRUE(chat) << chat.error().message << test::WriteOpenAiChatRequest(c.request);
  EXPECT_EQ(chat->tools, c.request.tools);
  const auto written = WriteGeminiRequest(*chat, TraitsOf(c.target));
  ASSERT_TRUE(written) << written.error().message;
  // Chat completions do not say that a result is an error.
  const auto contents = [](const std::string& body) {
    std::string text = Json::parse(body)["contents"].dump();
    const std::size_t at = text.find(R"({"error":)");
    return at == std::string::npos ? text : text.replace(at, 8, R"({"output")");
  };
  EXPECT_EQ(contents(written->body), contents(c.written.body));
}

TEST_P(MessagesAnswerCase, BecomesTheExpectedMessage) {
  const Case c(GetParam());
  const Events events = c.events();
  const auto response = FoldAll(events);
  const std::string message =
      response ? WholeOf(*response, c.reply())
               : Shown(AnthropicMessages().WriteError(response.error(), "request"));
  test::ExpectGolden(c.folder / "message.json", test::PrettyJson(message));
  test::ExpectGolden(c.folder / "stream.sse", StreamOf(events, c.reply()));
}

// Properties 3 and 4: any cut gives the same events, and they obey the grammar.
TEST_P(MessagesAnswerCase, MayBeCutAnywhere) {
  const Case c(GetParam());
  const Events whole = c.events();
  EXPECT_EQ(test::GrammarProblem(whole), "");
  const std::string expected = StreamOf(whole, c.reply());
  for (std::size_t cut = 1; cut < c.answer.size(); ++cut) {
    const Events events = ReadAnswer(c.answer, cut, c.written.reading);
    ASSERT_EQ(test::Show(events), test::Show(whole)) << cut;
    ASSERT_EQ(StreamOf(events, c.reply()), expected) << cut;
  }
}

// Property 4 for the output, and 5: the stream says what the whole answer says.
void ExpectGoodStream(const Events& events, const Reply& reply) {
  const std::string stream = StreamOf(events, reply);
  EXPECT_EQ(test::MessagesStreamProblem(stream), "") << stream;
  const auto response = FoldAll(events);
  EXPECT_EQ(test::MessagesFailed(stream), !response);
  if (!response) return;
  EXPECT_EQ(Json::parse(test::FoldMessages(stream)), Json::parse(WholeOf(*response, reply)));
}

TEST_P(MessagesAnswerCase, IsTheSameStreamedAndWhole) {
  const Case c(GetParam());
  ExpectGoodStream(c.events(), c.reply());
}

bool IsOfFirstChoice(const chat::Event& event) {
  const auto* started = std::get_if<chat::BlockStarted>(&event);
  const auto* delta = std::get_if<chat::BlockDelta>(&event);
  const auto* stopped = std::get_if<chat::BlockStopped>(&event);
  return !(started && started->choice > 0) && !(delta && delta->choice > 0) &&
         !(stopped && stopped->choice > 0);
}

TEST_P(AnyMessagesAnswerCase, IsTheSameStreamedAndWhole) {
  GoldenCase c(GetParam(), OpenAiChat());
  Events events = c.events();
  std::erase_if(events, [](const chat::Event& event) { return !IsOfFirstChoice(event); });
  for (chat::Event& event : events) {
    if (auto* finished = std::get_if<chat::Finished>(&event)) finished->choices.resize(1);
  }
  ExpectGoodStream(events, c.reply());
  c.request.reasoning.show = true;
  ExpectGoodStream(events, c.reply());
}

// The texts and calls of a message, adjacent texts joined.
std::vector<std::string> PartsOf(const std::vector<chat::Block>& blocks) {
  std::vector<std::string> parts;
  bool text_open = false;
  for (const chat::Block& block : blocks) {
    if (const auto* text = std::get_if<chat::Text>(&block)) {
      if (!text_open) parts.emplace_back("text ");
      text_open = true;
      parts.back() += text->text;
    } else if (const auto* call = std::get_if<chat::ToolCall>(&block)) {
      text_open = false;
      const std::string arguments = call->arguments.empty() ? "{}" : call->arguments;
      parts.push_back("call " + call->id + " " + call->name + " " + arguments);
    }
  }
  return parts;
}

// A conversation in which the client sends the answer back, with a result for each call.
std::string EchoOf(const Json& message) {
  Json results = Json::array({{{"type", "text"}, {"text", "go on"}}});
  for (const Json& block : message["content"]) {
    if (block["type"] == "tool_use") {
      results.push_back({{"type", "tool_result"}, {"tool_use_id", block["id"]}, {"content", "r"}});
    }
  }
  const Json body = {{"model", "gemini-3-flash-preview"},
                     {"max_tokens", 2000},
                     {"messages",
                      {{{"role", "user"}, {"content", "hi"}},
                       {{"role", "assistant"}, {"content", message["content"]}},
                       {{"role", "user"}, {"content", results}}}}};
  return body.dump();
}

// Property 1 for our own output: an answer that the client sends back is read as what it was.
TEST_P(AnyMessagesAnswerCase, IsReadBackAsWhatItWas) {
  const GoldenCase c(GetParam(), OpenAiChat());
  const auto response = FoldAll(c.events());
  if (!response || response->choices.empty()) return;
  const auto& blocks = response->choices.front().blocks;
  const bool changed = std::any_of(blocks.begin(), blocks.end(), [](const chat::Block& block) {
    const auto* call = std::get_if<chat::ToolCall>(&block);
    return std::holds_alternative<chat::Media>(block) ||
           (call != nullptr && call->kind == chat::ToolKind::kCustom);
  });
  if (changed) return;  // a picture comes as text, and plain input as an object
  const Json message = Json::parse(WholeOf(*response, c.reply()));
  const auto again = ReadMessagesRequest(EchoOf(message), MessagesUse::kCreate);
  ASSERT_TRUE(again) << again.error().message;
  std::vector<chat::Block> echoed;
  for (const chat::Message& each : again->messages) {
    if (each.role == chat::Role::kAssistant) echoed = each.blocks;
  }
  EXPECT_EQ(PartsOf(echoed), PartsOf(blocks));
  const bool thoughts = std::any_of(echoed.begin(), echoed.end(), [](const chat::Block& block) {
    return std::holds_alternative<chat::Thought>(block);
  });
  EXPECT_FALSE(thoughts);
}

INSTANTIATE_TEST_SUITE_P(Golden, MessagesRequestCase,
                         testing::ValuesIn(Cases("messages", {"request.json"})), NameOf);
INSTANTIATE_TEST_SUITE_P(Golden, MessagesAnswerCase,
                         testing::ValuesIn(Cases("messages", {"answer.sse", "answer.json"})),
                         NameOf);
INSTANTIATE_TEST_SUITE_P(Golden, AnyMessagesAnswerCase,
                         testing::ValuesIn(Cases("openai", {"answer.sse", "answer.json"})), NameOf);

}  // namespace
}  // namespace agm::protocol
