// Walks tests/golden. A case is a folder; what it holds says what it is about:
//
//   request.json      a client's request            -> upstream.json and dropped.txt, or error.json
//   answer.sse|json   an upstream's answer          -> events.txt, response.json, stream.sse
//   target            the upstream model, where it is not the request's own name
//
// Everything behind an arrow is checked, and rewritten with AGM_UPDATE_GOLDEN=1. The five
// properties that hold for every conversion are checked on the same cases.

#include <gtest/gtest.h>

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/base/json_doc.h"
#include "core/chat/response.h"
#include "core/protocol/gemini_request.h"
#include "core/protocol/gemini_response.h"
#include "core/protocol/openai_chat_request.h"
#include "core/protocol/openai_chat_response.h"
#include "core/protocol/openai_error.h"
#include "tests/support/chunks.h"
#include "tests/support/event_grammar.h"
#include "tests/support/golden.h"

namespace agm::protocol {
namespace {

using Path = std::filesystem::path;
using Events = std::vector<chat::Event>;

// The last part of a case's path, as a test's name.
std::string NameOf(const testing::TestParamInfo<std::string>& info) {
  return Path(info.param).filename().string();
}

// The cases that hold one of the files.
std::vector<std::string> Cases(std::string_view dialect,
                               std::initializer_list<std::string_view> files) {
  std::vector<std::string> cases;
  for (const Path& path : test::GoldenCases(dialect)) {
    const bool holds = std::any_of(files.begin(), files.end(), [&](std::string_view file) {
      return std::filesystem::exists(path / file);
    });
    if (holds) cases.push_back(path.string());
  }
  return cases;
}

IdSource Counter() {
  return [n = 0]() mutable { return fmt::format("id{}", ++n); };
}

std::string Trim(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

Events ReadAnswer(std::string_view bytes, std::size_t first, const GeminiReading& reading) {
  GeminiStreamReader reader(Counter(), reading);
  reader.Push(bytes.substr(0, first));
  reader.Push(bytes.substr(std::min(first, bytes.size())));
  reader.Close();
  Events events;
  while (auto event = reader.Next()) events.push_back(*std::move(event));
  return events;
}

Result<chat::Response> FoldAll(const Events& events) {
  chat::Fold fold;
  for (const chat::Event& event : events) fold.Add(event);
  return std::move(fold).Finish();
}

/// What the two halves of a case have in common: the request, read and written.
struct Case {
  explicit Case(const std::string& path) : folder(path) {
    text = test::ReadText(folder / "request.json");
    answer = test::ReadText(folder / "answer.sse");
    if (answer.empty()) answer = test::ReadText(folder / "answer.json");
    request.model = "gemini-3-flash-preview";
    if (text.empty()) return;
    auto read = ReadOpenAiChatRequest(text);
    if (!read) {
      error = read.error();
      return;
    }
    request = *std::move(read);
    const std::string target = Trim(test::ReadText(folder / "target"));
    auto made = WriteGeminiRequest(request, TraitsOf(target.empty() ? request.model : target));
    if (made) {
      written = *std::move(made);
    } else {
      error = made.error();
    }
  }

  Reply reply() const { return {"reply", request.model, 1700000000, &request}; }

  Path folder;
  std::string text;
  std::string answer;
  chat::Request request;
  GeminiRequest written;
  std::optional<Error> error;
};

std::string Shown(const WireError& wire) {
  std::string out = fmt::format("{{\"status\":{},\"headers\":{{", wire.status);
  for (const auto& [name, value] : wire.headers) {
    out += fmt::format("{}\"{}\":\"{}\"", out.back() == '{' ? "" : ",", name, value);
  }
  return out + "},\"body\":" + wire.body + "}";
}

class OpenAiRequest : public testing::TestWithParam<std::string> {};
class OpenAiAnswer : public testing::TestWithParam<std::string> {};

TEST_P(OpenAiRequest, BecomesWhatItDid) {
  const Case c(GetParam());
  std::string dropped;
  for (const std::string& item : c.written.dropped) dropped += item + "\n";
  const std::string error = c.error ? test::PrettyJson(Shown(WriteOpenAiError(*c.error))) : "";
  test::ExpectGolden(c.folder / "upstream.json", test::PrettyJson(c.written.body));
  test::ExpectGolden(c.folder / "dropped.txt", dropped);
  test::ExpectGolden(c.folder / "error.json", error);
  if (!c.error) {
    EXPECT_TRUE(JsonDoc::Parse(c.written.body)) << c.written.body;
  }
}

TEST_P(OpenAiAnswer, BecomesWhatItDid) {
  const Case c(GetParam());
  const Events events = ReadAnswer(c.answer, c.answer.size(), c.written.reading);
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

// Property 1 and 2: what is read is written back, and what is written is read back.
TEST_P(OpenAiRequest, SurvivesBothDialects) {
  const Case c(GetParam());
  if (c.error) return;
  const std::string openai = WriteOpenAiChatRequest(c.request);
  const auto again = ReadOpenAiChatRequest(openai);
  ASSERT_TRUE(again) << again.error().message << openai;
  EXPECT_EQ(WriteOpenAiChatRequest(*again), openai);
  EXPECT_TRUE(*again == c.request) << openai;

  const auto read = ReadGeminiRequest(c.written.body, c.request.model, c.request.stream);
  ASSERT_TRUE(read) << read.error().message;
  const std::string target = Trim(test::ReadText(c.folder / "target"));
  const auto written =
      WriteGeminiRequest(*read, TraitsOf(target.empty() ? c.request.model : target));
  ASSERT_TRUE(written);
  EXPECT_EQ(written->body, c.written.body);
}

// Property 3 and 4: any cut gives the same events, and they obey the grammar.
TEST_P(OpenAiAnswer, MayBeCutAnywhere) {
  const Case c(GetParam());
  const Events whole = ReadAnswer(c.answer, c.answer.size(), c.written.reading);
  EXPECT_EQ(test::GrammarProblem(whole), "");
  const std::string expected = test::Show(whole);
  for (std::size_t cut = 1; cut < c.answer.size(); ++cut) {
    ASSERT_EQ(test::Show(ReadAnswer(c.answer, cut, c.written.reading)), expected) << cut;
  }
}

// Property 5: the folded stream is the whole answer, in both dialects.
TEST_P(OpenAiAnswer, IsItsOwnFoldedStream) {
  const Case c(GetParam());
  const Events events = ReadAnswer(c.answer, c.answer.size(), c.written.reading);
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
  const auto whole = ReadOpenAiChatResponse(WriteOpenAiChatResponse(*response, reply));
  ASSERT_TRUE(whole);
  EXPECT_EQ(test::FoldChunks(stream), *whole);

  const auto again = ReadGeminiResponse(WriteGeminiResponse(*response), Counter());
  if (again) {
    EXPECT_EQ(WriteGeminiResponse(*again), WriteGeminiResponse(*response));
  }
}

INSTANTIATE_TEST_SUITE_P(Golden, OpenAiRequest,
                         testing::ValuesIn(Cases("openai", {"request.json"})), NameOf);
INSTANTIATE_TEST_SUITE_P(Golden, OpenAiAnswer,
                         testing::ValuesIn(Cases("openai", {"answer.sse", "answer.json"})), NameOf);

class GeminiClientRequest : public testing::TestWithParam<std::string> {};

// A Gemini client's request comes out as it went in, for a model of its own family.
TEST_P(GeminiClientRequest, ComesOutAsItWentIn) {
  const std::string text = test::ReadText(Path(GetParam()) / "request.json");
  const std::string target = Trim(test::ReadText(Path(GetParam()) / "target"));
  const std::string model = target.empty() ? "gemini-3-flash-preview" : target;
  const auto request = ReadGeminiRequest(text, model);
  ASSERT_TRUE(request) << request.error().message;
  const auto written = WriteGeminiRequest(*request, TraitsOf(model));
  ASSERT_TRUE(written);
  test::ExpectGolden(Path(GetParam()) / "upstream.json", test::PrettyJson(written->body));
  const auto again = ReadGeminiRequest(written->body, model);
  ASSERT_TRUE(again);
  EXPECT_EQ(WriteGeminiRequest(*again, TraitsOf(model))->body, written->body);
}

INSTANTIATE_TEST_SUITE_P(Golden, GeminiClientRequest,
                         testing::ValuesIn(Cases("gemini", {"request.json"})), NameOf);

}  // namespace
}  // namespace agm::protocol
