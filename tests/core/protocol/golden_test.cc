// Runs the cases in tests/golden/openai and tests/golden/gemini (see golden_case.h), and checks on
// them the five properties that hold for every conversion. For a response it checks
//
//   answer.sse|json   -> response.json, stream.sse

#include <gtest/gtest.h>

#include <string>

#include "core/base/json_doc.h"
#include "core/protocol/openai/chat.h"
#include "core/protocol/openai/chat_request.h"
#include "core/protocol/openai/chat_response.h"
#include "core/protocol/openai/error.h"
#include "tests/core/protocol/golden_case.h"
#include "tests/support/chunks.h"
#include "tests/support/event_grammar.h"
#include "tests/support/gemini_request.h"
#include "tests/support/gemini_response.h"
#include "tests/support/golden.h"
#include "tests/support/openai_request.h"
#include "tests/support/openai_response.h"

namespace agm::protocol {
namespace {

struct Case : GoldenCase {
  explicit Case(const std::string& path) : GoldenCase(path, OpenAiChat()) {}
};

class OpenAiRequest : public testing::TestWithParam<std::string> {};
class OpenAiAnswer : public testing::TestWithParam<std::string> {};

TEST_P(OpenAiRequest, BecomesWhatItDid) {
  const Case c(GetParam());
  ExpectUpstream(c, OpenAiChat());
  if (!c.error) {
    EXPECT_TRUE(JsonDoc::Parse(c.written.body)) << c.written.body;
  }
}

TEST_P(OpenAiAnswer, BecomesWhatItDid) {
  const Case c(GetParam());
  const Events events = c.events();
  test::ExpectGolden(c.folder / "events.txt", test::Show(events));
  const auto response = FoldAll(events);
  test::ExpectGolden(c.folder / "response.json",
                     test::PrettyJson(response ? WriteOpenAiChatResponse(*response, c.reply())
                                               : Shown(WriteOpenAiError(response.error()))));
  const auto writer = NewOpenAiChatStream(c.reply());
  std::string stream;
  for (const chat::Event& event : events) writer->Write(event, stream);
  test::ExpectGolden(c.folder / "stream.sse", stream);
}

// Properties 1 and 2: writing and reading back gives the same result.
TEST_P(OpenAiRequest, SurvivesBothDialects) {
  const Case c(GetParam());
  if (c.error) return;
  const std::string openai = test::WriteOpenAiChatRequest(c.request);
  const auto again = ReadOpenAiChatRequest(openai);
  ASSERT_TRUE(again) << again.error().message << openai;
  EXPECT_EQ(test::WriteOpenAiChatRequest(*again), openai);
  EXPECT_TRUE(*again == c.request) << openai;

  ExpectUpstreamSurvives(c);
}

// Properties 3 and 4: any way to split the bytes gives the same events, and they obey the grammar.
TEST_P(OpenAiAnswer, MayBeCutAnywhere) {
  const Case c(GetParam());
  const Events whole = c.events();
  EXPECT_EQ(test::GrammarProblem(whole), "");
  const std::string expected = test::Show(whole);
  for (std::size_t cut = 1; cut < c.answer.size(); ++cut) {
    ASSERT_EQ(test::Show(ReadAnswer(c.answer, cut, c.written.reading)), expected) << cut;
  }
}

// Property 5: the folded stream equals the complete response, in both dialects.
TEST_P(OpenAiAnswer, IsItsOwnFoldedStream) {
  const Case c(GetParam());
  const Events events = c.events();
  const auto response = FoldAll(events);
  if (!response) return;
  EXPECT_EQ(FoldAll(chat::Unfold(*response)).value(), *response);

  chat::Request request = c.request;
  request.stream_usage = true;
  Reply reply = c.reply();
  reply.request = &request;
  const auto writer = NewOpenAiChatStream(reply);
  std::string stream;
  for (const chat::Event& event : events) writer->Write(event, stream);
  const auto whole = test::ReadOpenAiChatResponse(WriteOpenAiChatResponse(*response, reply));
  ASSERT_TRUE(whole);
  EXPECT_EQ(test::FoldChunks(stream), *whole);

  const auto again = test::ReadGeminiResponse(test::WriteGeminiResponse(*response), Counter());
  if (again) {
    EXPECT_EQ(test::WriteGeminiResponse(*again), test::WriteGeminiResponse(*response));
  }
}

INSTANTIATE_TEST_SUITE_P(Golden, OpenAiRequest,
                         testing::ValuesIn(Cases("openai", {"request.json"})), NameOf);
INSTANTIATE_TEST_SUITE_P(Golden, OpenAiAnswer,
                         testing::ValuesIn(Cases("openai", {"answer.sse", "answer.json"})), NameOf);

class GeminiClientRequest : public testing::TestWithParam<std::string> {};

// A Gemini client's request for a model of its own family is not changed.
TEST_P(GeminiClientRequest, ComesOutAsItWentIn) {
  const std::string text = test::ReadText(Path(GetParam()) / "request.json");
  const auto target = Lines(Path(GetParam()) / "target");
  const std::string model = target.empty() ? "gemini-3-flash-preview" : target.front();
  const auto request = test::ReadGeminiRequest(text, model);
  ASSERT_TRUE(request) << request.error().message;
  const auto written = WriteGeminiRequest(*request, TraitsOf(model));
  ASSERT_TRUE(written);
  test::ExpectGolden(Path(GetParam()) / "upstream.json", test::PrettyJson(written->body));
  const auto again = test::ReadGeminiRequest(written->body, model);
  ASSERT_TRUE(again);
  EXPECT_EQ(WriteGeminiRequest(*again, TraitsOf(model))->body, written->body);
}

INSTANTIATE_TEST_SUITE_P(Golden, GeminiClientRequest,
                         testing::ValuesIn(Cases("gemini", {"request.json"})), NameOf);

}  // namespace
}  // namespace agm::protocol
