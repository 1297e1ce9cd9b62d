#include "core/protocol/openai/upstream_reader.h"

#include <gtest/gtest.h>

#include "tests/support/event_grammar.h"
#include "tests/support/golden.h"

namespace agm::protocol {
namespace {

/// All events of an answer whose bytes come in pieces of that size.
std::vector<chat::Event> ReadAll(std::string_view answer, std::size_t piece,
                                 OpenAiReading reading = {}) {
  OpenAiStreamReader reader([n = 0]() mutable { return "id" + std::to_string(++n); },
                            std::move(reading));
  std::vector<chat::Event> events;
  const auto take = [&] {
    while (auto event = reader.Next()) events.push_back(*std::move(event));
  };
  for (std::size_t at = 0; at < answer.size(); at += piece) {
    reader.Push(answer.substr(at, piece));
    take();
  }
  reader.Close();
  take();
  return events;
}

class OpenAiUpstream : public testing::TestWithParam<std::filesystem::path> {};

// Each case is an answer as some server sends it, with one oddity. Those named recorded_SERVER_...
// are the bytes of real servers (Portkey's gateway with the providers that it names,
// @musistudio/llms, @copilotkit/aimock, @dwmkerr/mock-llm, agm) in front of a mock.
TEST_P(OpenAiUpstream, AnswerBecomesTheEventsThatItDid) {
  const std::string answer = test::ReadText(GetParam() / "answer");
  OpenAiReading reading;
  reading.one_choice = GetParam().filename() != "two_choices";
  const auto whole = ReadAll(answer, answer.size() + 1, reading);
  EXPECT_EQ(test::GrammarProblem(whole), "");
  test::ExpectGolden(GetParam() / "events.txt", test::Show(whole));
  for (const std::size_t piece : {1U, 7U, 100U}) {
    EXPECT_EQ(test::GrammarProblem(ReadAll(answer, piece, reading)), "") << piece;
    EXPECT_EQ(test::Show(ReadAll(answer, piece, reading)), test::Show(whole)) << piece;
  }
}

INSTANTIATE_TEST_SUITE_P(Golden, OpenAiUpstream,
                         testing::ValuesIn(test::GoldenCases("upstream_openai")),
                         [](const auto& param) { return param.param.filename().string(); });

TEST(OpenAiStreamReader, GivesTheErrorInsideAGoodResponseForClassification) {
  OpenAiStreamReader reader([] { return std::string("id"); });
  reader.Push("data: {\"error\":{\"message\":\"no memory\",\"code\":503}}\n\n");
  ASSERT_TRUE(reader.upstream_error());
  EXPECT_EQ(reader.upstream_error()->status, 503);
  EXPECT_EQ(reader.upstream_error()->body, R"({"error":{"message":"no memory","code":503}})");
}

TEST(OpenAiStreamReader, NumbersOfChunksAreNoChoicesWhereOneWasAskedFor) {
  std::string answer;
  for (int i = 1; i <= 500; ++i) {
    answer += "data: {\"choices\":[{\"index\":" + std::to_string(i) +
              ",\"delta\":{\"content\":\"a\"}}]}\n\n";
  }
  answer += "data: [DONE]\n\n";
  const std::string shown = test::Show(ReadAll(answer, 1'000, {{}, false, true}));
  EXPECT_NE(shown.find("finished 0=stop"), std::string::npos) << shown;
}

TEST(OpenAiStreamReader, GivesACustomToolItsPlainInput) {
  const std::string answer =
      R"(data: {"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"sh",)"
      R"("arguments":"{\"input\":\"l"}}]}}]})"
      "\n\n"
      R"(data: {"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"s\"}"}}]},)"
      R"("finish_reason":"tool_calls"}]})"
      "\n\n";
  EXPECT_NE(test::Show(ReadAll(answer, 1'000, {{"sh"}, false, true})).find("delta 0 ls"),
            std::string::npos);
}

TEST(OpenAiStreamReader, FailsOnAnEventThatIsFarTooLarge) {
  OpenAiStreamReader reader([] { return std::string("id"); });
  reader.Push("data: ");
  const std::string piece(1U << 20U, 'x');
  for (int i = 0; i < 256; ++i) {
    reader.Push(piece);
    while (const auto event = reader.Next()) {
      const auto* failed = std::get_if<chat::Failed>(&*event);
      if (failed == nullptr) continue;
      EXPECT_EQ(failed->error.reason, "upstream_garbage");
      return;
    }
  }
  FAIL() << "it held 256 MB of one event";
}

TEST(OpenAiStreamReader, KeepsOneCallWhereTheClientAllowsNoMore) {
  const std::string answer = test::ReadText(
      test::GoldenCases("upstream_openai").front().parent_path() / "calls_numbered" / "answer");
  const std::string shown = test::Show(ReadAll(answer, 1'000, {{}, true, true}));
  EXPECT_NE(shown.find("call"), std::string::npos);
  EXPECT_EQ(shown.find("a2"), std::string::npos) << shown;
}

}  // namespace
}  // namespace agm::protocol
