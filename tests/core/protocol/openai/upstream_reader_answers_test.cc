#include <gtest/gtest.h>

#include <fmt/format.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/protocol/openai/upstream_reader.h"
#include "tests/support/event_grammar.h"

namespace agm::protocol {
namespace {

using Events = std::vector<chat::Event>;

Events Read(std::string_view answer, OpenAiReading reading = {}) {
  OpenAiStreamReader reader([n = 0]() mutable { return std::to_string(++n); }, std::move(reading));
  reader.Push(answer);
  reader.Close();
  Events events;
  while (auto event = reader.Next()) events.push_back(*std::move(event));
  EXPECT_EQ(test::GrammarProblem(events), "");
  return events;
}

std::string Chunks(std::initializer_list<std::string_view> chunks) {
  std::string out;
  for (const std::string_view chunk : chunks) out += fmt::format("data: {}\n\n", chunk);
  return out + "data: [DONE]\n\n";
}

// A stream whose only choice has these deltas.
std::string Deltas(std::initializer_list<std::string_view> deltas) {
  std::string out;
  for (const std::string_view delta : deltas) {
    out += fmt::format("data: {{\"choices\":[{{\"delta\":{}}}]}}\n\n", delta);
  }
  return out + "data: [DONE]\n\n";
}

// The events between the first and the last.
std::string Blocks(std::string_view answer, OpenAiReading reading = {}) {
  Events events = Read(answer, std::move(reading));
  events.pop_back();
  events.erase(events.begin());
  return test::Show(events);
}

std::string Last(std::string_view answer, OpenAiReading reading = {}) {
  return test::Show({Read(answer, std::move(reading)).back()});
}

chat::Usage UsageOf(std::string_view usage) {
  const auto events =
      Read(fmt::format(R"({{"choices":[{{"message":{{"content":"a"}}}}],"usage":{}}})", usage));
  return std::get<chat::Finished>(events.back()).usage;
}

TEST(OpenAiUpstreamAnswer, CountsTheTokensOfEachKind) {
  const chat::Usage usage = UsageOf(
      R"({"prompt_tokens":10,"completion_tokens":20,"total_tokens":30,"prompt_tokens_details":{"cached_tokens":1,"audio_tokens":2,"image_tokens":3},"completion_tokens_details":{"reasoning_tokens":4,"audio_tokens":5,"image_tokens":6}})");
  EXPECT_TRUE(usage.known);
  EXPECT_EQ(usage.input, 10);
  EXPECT_EQ(usage.output, 20);
  EXPECT_EQ(usage.cached, 1);
  EXPECT_EQ(usage.input_audio, 2);
  EXPECT_EQ(usage.input_image, 3);
  EXPECT_EQ(usage.thoughts, 4);
  EXPECT_EQ(usage.output_audio, 5);
  EXPECT_EQ(usage.output_image, 6);
}

TEST(OpenAiUpstreamAnswer, CountsThoughtsThatStandBesideTheOtherTokens) {
  const chat::Usage usage = UsageOf(
      R"({"prompt_tokens":10,"completion_tokens":20,"total_tokens":34,"output_tokens_details":{"reasoning_tokens":4}})");
  EXPECT_EQ(usage.output, 24);
  EXPECT_EQ(usage.thoughts, 4);
  EXPECT_EQ(UsageOf(R"({"prompt_tokens":-1,"prompt_cache_hit_tokens":3})").input, 0);
  EXPECT_EQ(UsageOf(R"({"prompt_tokens":9,"prompt_cache_hit_tokens":3})").cached, 3);
}

TEST(OpenAiUpstreamAnswer, TellsTheUsageInsideAChoice) {
  EXPECT_EQ(Last(Chunks({R"({"choices":[{"delta":{"content":"a"},"finish_reason":"stop",)"
                         R"("usage":{"prompt_tokens":3,"completion_tokens":2}}]})"})),
            "finished 0=stop in=3 cached=0 out=2 thoughts=0\n");
}

TEST(OpenAiUpstreamAnswer, JoinsThoughtsThatComeAsDetails) {
  EXPECT_TRUE(Blocks(Deltas({R"({"reasoning_details":[{"text":"a"},{"summary":"b"},{"text":"c"}]})",
                             R"({"content":"d"})"}))
                  .starts_with("block 0 thought\ndelta 0 abc\nstop 0\nblock 0 text\ndelta 0 d\n"));
}

TEST(OpenAiUpstreamAnswer, ReadsThoughtsAmongTheParts) {
  EXPECT_EQ(
      Blocks(Deltas(
          {R"({"content":[{"type":"thinking","thinking":[{"type":"text","text":"a"}]},{"type":"text","text":"b"}]})"})),
      "block 0 thought\ndelta 0 a\nstop 0\nblock 0 text\ndelta 0 b\nstop 0\n");
}

TEST(OpenAiUpstreamAnswer, TakesChoicesUpToTheLargestNumber) {
  const auto last = [](int index) {
    return Last(Chunks({fmt::format(
        R"({{"choices":[{{"index":{},"delta":{{"content":"a"}},"finish_reason":"stop"}}]}})",
        index)}));
  };
  EXPECT_TRUE(last(127).starts_with("finished 127=stop")) << last(127);
  EXPECT_TRUE(last(128).starts_with("failed upstream_rejected upstream_garbage")) << last(128);
  EXPECT_TRUE(last(-1).starts_with("failed upstream_rejected upstream_garbage")) << last(-1);
}

TEST(OpenAiUpstreamAnswer, KeepsFieldsThatTheGatewayDoesNotKnow) {
  std::string more;
  for (int i = 10; i < 30; ++i) more += fmt::format(R"("x{}":1,)", i);
  const auto events =
      Read(fmt::format(R"({{{}"choices":[{{"message":{{"content":"a"}}}}]}})", more));
  const auto& extra = std::get<chat::Finished>(events.back()).extra;
  EXPECT_EQ(extra.size(), 16U);
  EXPECT_TRUE(extra.contains("openai.x25"));
  EXPECT_FALSE(extra.contains("openai.x26"));

  const std::string longest(64, 'x');
  const auto named = Read(fmt::format(
      R"({{"{0}":1,"{0}y":2,"none":null,"choices":[{{"message":{{"content":"a"}}}}]}})", longest));
  EXPECT_EQ(std::get<chat::Finished>(named.back()).extra,
            (chat::Extra{{"openai." + longest, "1"}}));
}

TEST(OpenAiUpstreamAnswer, ReadsPicturesAndSpeech) {
  EXPECT_EQ(
      Blocks(Chunks(
          {R"({"choices":[{"index":1,"delta":{"content":"a"}}]})",
           R"({"choices":[{"index":1,"delta":{"images":[{"image_url":{"url":"data:image/png;base64,AAAA"}},{"image_url":{"url":"https://a.example/b.png"}},{"image_url":{"url":"data:image/png;base64,"}}]}}]})",
           R"({"choices":[{"index":1,"delta":{"audio":{"data":"UklGRgAAAABXQVZF"}}}]})",
           R"({"choices":[{"index":1,"delta":{"audio":{"transcript":"b"}}}]})"})),
      "block 1 text\ndelta 1 a\nstop 1\n"
      "block 1 media mime=image/png\ndelta 1 AAAA\nstop 1\n"
      "block 1 media mime=audio/wav\ndelta 1 UklGRgAAAABXQVZF\nstop 1\n");
}

TEST(OpenAiUpstreamAnswer, GivesACallItsChoiceAndAnIdOfItsOwn) {
  EXPECT_EQ(
      Blocks(Chunks(
          {R"({"choices":[{"index":1,"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}},{"index":1,"id":"a","function":{"name":"g","arguments":"{}"}},{"index":2,"function":{"name":"h","arguments":""}}]}}]})"})),
      "block 1 call id=a name=f\ndelta 1 {}\nstop 1\n"
      "block 1 call id=call_1 name=g\ndelta 1 {}\nstop 1\n"
      "block 1 call id=call_2 name=h\ndelta 1 {}\nstop 1\n");
}

TEST(OpenAiUpstreamAnswer, GivesNoCallAnIdThatItMadeUpBefore) {
  EXPECT_EQ(
      Blocks(
          R"({"choices":[{"message":{"tool_calls":[{"function":{"name":"f","arguments":"{}"}},{"id":"call_1","function":{"name":"g","arguments":"{}"}}]}}]})"),
      "block 0 call id=call_1 name=f\ndelta 0 {}\nstop 0\n"
      "block 0 call id=call_2 name=g\ndelta 0 {}\nstop 0\n");
}

TEST(OpenAiUpstreamAnswer, ReplacesAnIdThatIsTooLong) {
  const auto id = [](std::size_t size) {
    const std::string blocks = Blocks(fmt::format(
        R"({{"choices":[{{"message":{{"tool_calls":[{{"id":"{}","function":{{"name":"f","arguments":"{{}}"}}}}]}}}}]}})",
        std::string(size, 'x')));
    return blocks.find("id=call_1 ") != std::string::npos;
  };
  EXPECT_FALSE(id(kLongestCallId));
  EXPECT_TRUE(id(kLongestCallId + 1));
}

TEST(OpenAiUpstreamAnswer, KeepsOneCallWhereTheClientAllowsNoMore) {
  constexpr std::string_view kTwo =
      R"({"choices":[{"message":{"tool_calls":[{"id":"a","function":{"name":"f","arguments":"{}"}},{"id":"b","function":{"name":"g","arguments":"{}"}}]}}]})";
  EXPECT_EQ(Blocks(kTwo, {{}, true, true}), "block 0 call id=a name=f\ndelta 0 {}\nstop 0\n");
  EXPECT_EQ(Blocks(kTwo, {{}, false, true}),
            "block 0 call id=a name=f\ndelta 0 {}\nstop 0\n"
            "block 0 call id=b name=g\ndelta 0 {}\nstop 0\n");
}

TEST(OpenAiUpstreamAnswer, FailsOnACallWhoseArgumentsAreNoObject) {
  const auto answer = [](std::string_view arguments, std::string_view reason) {
    return fmt::format(
        R"({{"choices":[{{"message":{{"content":"a","tool_calls":[{{"id":"a","function":{{"name":"f","arguments":"{}"}}}}]}},"finish_reason":"{}"}}]}})",
        arguments, reason);
  };
  EXPECT_TRUE(
      Last(answer("[]", "stop")).starts_with("failed upstream_rejected malformed_function_call"));
  EXPECT_TRUE(Last(answer("[]", "length")).starts_with("finished 0=length"));
  EXPECT_TRUE(Last(answer("", "stop")).starts_with("finished 0=tool_calls"));
}

TEST(OpenAiUpstreamAnswer, PutsTextThatComesDuringACallBehindIt) {
  EXPECT_EQ(
      Blocks(Deltas(
          {R"({"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{"}}]})",
           R"({"content":"b"})", R"({"reasoning":"c"})",
           R"({"tool_calls":[{"index":0,"function":{"arguments":"}"}}]})"})),
      "block 0 call id=a name=f\ndelta 0 {\ndelta 0 }\nstop 0\nblock 0 text\ndelta 0 b\nstop 0\n");
}

TEST(OpenAiUpstreamAnswer, WaitsForTheNameOfACallAndForTheWholeInputOfACustomTool) {
  OpenAiStreamReader reader([] { return std::string("1"); }, {{"sh"}, false, true});
  const auto given = [&](std::string_view call) {
    reader.Push(
        fmt::format("data: {{\"choices\":[{{\"delta\":{{\"tool_calls\":[{}]}}}}]}}\n\n", call));
    Events events;
    while (auto event = reader.Next()) events.push_back(*std::move(event));
    return test::Show(events);
  };
  EXPECT_EQ(given(R"({"index":0,"id":"a","function":{"arguments":""}})"), "started id= model=\n");
  EXPECT_EQ(given(R"({"index":0,"function":{"name":"sh","arguments":"{\"input\":"}})"), "");
  EXPECT_EQ(given(R"({"index":0,"function":{"arguments":"\"ls\"}"}})"), "");
}

TEST(OpenAiUpstreamAnswer, EndsAtTheMarkOfTheEnd) {
  const std::string answer = Deltas({R"({"content":"a"})"});
  EXPECT_EQ(test::Show(Read(answer + Deltas({R"({"content":"b"})"}))), test::Show(Read(answer)));
  EXPECT_TRUE(Last("data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n")
                  .starts_with("failed upstream_unavailable upstream_stream_truncated"));
  // The last event counts also without its empty line.
  EXPECT_TRUE(
      Last("data: {\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}")
          .starts_with("finished 0=stop"));
}

TEST(OpenAiUpstreamAnswer, IsAnErrorInTheWordsOfSeveralServers) {
  for (const std::string_view error : {R"({"error":"no"})", R"({"object":"error","message":"no"})",
                                       R"({"type":"error"})", R"({"detail":"no"})"}) {
    EXPECT_TRUE(Last(error).starts_with("failed upstream_unavailable upstream_error")) << error;
  }
  EXPECT_TRUE(Last(R"({"detail":"x","choices":[{"message":{"content":"a"}}]})")
                  .starts_with("finished 0=stop"));
  EXPECT_TRUE(Last("event: error\ndata: {\"message\":\"no\"}\n\n")
                  .starts_with("failed upstream_unavailable upstream_error"));
}

TEST(OpenAiUpstreamAnswer, GivesNothingAfterItsEnd) {
  OpenAiStreamReader reader([] { return std::string("1"); });
  reader.Push(Deltas({R"({"content":"a"})"}));
  reader.Close();
  while (reader.Next()) {
  }
  reader.Push(Deltas({R"({"content":"a"})"}));
  reader.Close();
  EXPECT_FALSE(reader.Next());
}

}  // namespace
}  // namespace agm::protocol
