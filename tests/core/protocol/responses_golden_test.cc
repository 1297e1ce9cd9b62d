// Runs the cases in tests/golden/responses (see golden_case.h), and checks on them and on the
// responses in tests/golden/openai the properties that hold for every conversion. For a response it
// checks
//
//   answer.sse|json   -> object.json, stream.sse

#include <gtest/gtest.h>

#include <string>

#include "core/base/json.h"
#include "core/protocol/openai/chat.h"
#include "core/protocol/openai/chat_request.h"
#include "core/protocol/responses/responses.h"
#include "tests/core/protocol/golden_case.h"
#include "tests/support/event_grammar.h"
#include "tests/support/golden.h"
#include "tests/support/openai_request.h"
#include "tests/support/responses_grammar.h"

namespace agm::protocol {
namespace {

Responses DialectOf(const std::string& path) {
  return Responses({test::ReadText(Path(path) / "history.json"), {}});
}

struct Case : GoldenCase {
  explicit Case(const std::string& path) : GoldenCase(path, DialectOf(path)) {}
};

std::string StreamOf(const Events& events, const Reply& reply) {
  const auto writer = Responses().NewStreamWriter(reply);
  std::string stream;
  for (const chat::Event& event : events) writer->Write(event, stream);
  return stream;
}

class ResponsesRequestCase : public testing::TestWithParam<std::string> {};
class ResponsesAnswerCase : public testing::TestWithParam<std::string> {};
class AnyAnswerCase : public testing::TestWithParam<std::string> {};

TEST_P(ResponsesRequestCase, BecomesWhatItDid) {
  const Case c(GetParam());
  ExpectUpstream(c, Responses());
}

// Properties 1 and 2: the upstream request is the same after a conversion to the other dialects.
TEST_P(ResponsesRequestCase, SurvivesTheOtherDialects) {
  const Case c(GetParam());
  if (c.error) return;
  ExpectUpstreamSurvives(c);
  const auto chat = ReadOpenAiChatRequest(test::WriteOpenAiChatRequest(c.request));
  ASSERT_TRUE(chat) << chat.error().message << test::WriteOpenAiChatRequest(c.request);
  const auto written = WriteGeminiRequest(*chat, TraitsOf(c.target));
  ASSERT_TRUE(written);
  EXPECT_EQ(written->body, c.written.body);
}

TEST_P(ResponsesAnswerCase, BecomesWhatItDid) {
  const Case c(GetParam());
  const Events events = c.events();
  test::ExpectGolden(c.folder / "events.txt", test::Show(events));
  const auto response = FoldAll(events);
  const std::string object = response ? *Responses().WriteResponse(*response, c.reply())
                                      : Shown(Responses().WriteError(response.error()));
  test::ExpectGolden(c.folder / "object.json", test::PrettyJson(object));
  test::ExpectGolden(c.folder / "stream.sse", StreamOf(events, c.reply()));
}

// Properties 3 and 4: any way to split the bytes gives the same events, and they obey the grammar.
TEST_P(ResponsesAnswerCase, MayBeCutAnywhere) {
  const Case c(GetParam());
  const Events whole = c.events();
  EXPECT_EQ(test::GrammarProblem(whole), "");
  const std::string expected = test::Show(whole);
  for (std::size_t cut = 1; cut < c.answer.size(); ++cut) {
    ASSERT_EQ(test::Show(ReadAnswer(c.answer, cut, c.written.reading)), expected) << cut;
  }
}

// The searches are known at the end of a stream, but before a unary response is written.
void MoveSearchToTheEnd(Json& output) {
  if (output.empty() || output[0]["type"] != "web_search_call") return;
  const Json search = output[0];
  output.erase(0);
  output.push_back(search);
}

// Property 4 for the output, and 5: the stream has the same content as the complete response.
void ExpectGoodStream(const Events& events, const Reply& reply) {
  const std::string stream = StreamOf(events, reply);
  EXPECT_EQ(test::ResponsesStreamProblem(stream), "") << stream;
  const auto response = FoldAll(events);
  if (!response) return;
  Json whole = Json::parse(*Responses().WriteResponse(*response, reply));
  EXPECT_EQ(whole["choices"].size(), 1U);
  whole.erase("choices");
  MoveSearchToTheEnd(whole["output"]);
  EXPECT_EQ(test::PrettyJson(test::LastResponse(stream)), test::PrettyJson(whole.dump()));
}

TEST_P(ResponsesAnswerCase, IsTheSameStreamedAndWhole) {
  const Case c(GetParam());
  ExpectGoodStream(c.events(), c.reply());
}

TEST_P(AnyAnswerCase, IsTheSameStreamedAndWhole) {
  const GoldenCase c(GetParam(), OpenAiChat());
  Events events = c.events();
  // The Responses API has only one choice.
  std::erase_if(events, [](const chat::Event& event) {
    const auto* started = std::get_if<chat::BlockStarted>(&event);
    const auto* delta = std::get_if<chat::BlockDelta>(&event);
    const auto* stopped = std::get_if<chat::BlockStopped>(&event);
    return (started && started->choice > 0) || (delta && delta->choice > 0) ||
           (stopped && stopped->choice > 0);
  });
  for (chat::Event& event : events) {
    if (auto* finished = std::get_if<chat::Finished>(&event)) finished->choices.resize(1);
  }
  ExpectGoodStream(events, c.reply());
}

INSTANTIATE_TEST_SUITE_P(Golden, ResponsesRequestCase,
                         testing::ValuesIn(Cases("responses", {"request.json"})), NameOf);
INSTANTIATE_TEST_SUITE_P(Golden, ResponsesAnswerCase,
                         testing::ValuesIn(Cases("responses", {"answer.sse", "answer.json"})),
                         NameOf);
INSTANTIATE_TEST_SUITE_P(Golden, AnyAnswerCase,
                         testing::ValuesIn(Cases("openai", {"answer.sse", "answer.json"})), NameOf);

}  // namespace
}  // namespace agm::protocol
