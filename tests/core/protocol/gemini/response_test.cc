#include "core/protocol/gemini/response.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/event_grammar.h"
#include "tests/support/gemini_response.h"

namespace agm::protocol {
namespace {

using Events = std::vector<chat::Event>;

IdSource Counter() {
  return [n = 0]() mutable { return std::to_string(++n); };
}

Events Read(std::string_view body, std::size_t size, GeminiReading reading = {}) {
  GeminiStreamReader reader(Counter(), std::move(reading));
  Events events;
  const auto drain = [&] {
    while (auto event = reader.Next()) events.push_back(*std::move(event));
  };
  for (std::size_t at = 0; at < body.size(); at += size) {
    reader.Push(body.substr(at, size));
    drain();
  }
  reader.Close();
  drain();
  EXPECT_EQ(test::GrammarProblem(events), "");
  return events;
}

std::string Shown(std::string_view body, GeminiReading reading = {}) {
  return test::Show(Read(body, body.size() + 1, std::move(reading)));
}

std::string Sse(std::initializer_list<std::string_view> chunks) {
  std::string out;
  for (const std::string_view chunk : chunks) out += "data: " + std::string(chunk) + "\r\n\r\n";
  return out;
}

constexpr std::string_view kHello =
    R"({"candidates":[{"content":{"parts":[{"text":"Hel"}],"role":"model"}}],"responseId":"r1","modelVersion":"m1","usageMetadata":{"promptTokenCount":3,"totalTokenCount":3}})";
constexpr std::string_view kWorld =
    R"({"candidates":[{"content":{"parts":[{"text":"lo"}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":2,"thoughtsTokenCount":4,"totalTokenCount":9}})";

TEST(GeminiStreamReader, JoinsTextDeltasIntoOneBlock) {
  EXPECT_EQ(Shown(Sse({kHello, kWorld})),
            "started id=r1 model=m1\nblock 0 text\ndelta 0 Hel\ndelta 0 lo\nstop 0\n"
            "finished 0=stop in=3 cached=0 out=6 thoughts=4\n");
}

TEST(GeminiStreamReader, GivesNothingAfterItsEnd) {
  GeminiStreamReader reader(Counter(), {});
  const std::string all = Sse({kHello, kWorld});
  reader.Push(all);
  reader.Close();
  while (reader.Next()) {
  }
  reader.Push(all);
  reader.Close();
  EXPECT_FALSE(reader.Next());
}

TEST(GeminiStreamReader, ReadsAStreamedArrayAndAUnaryBodyTheSameWay) {
  const std::string array = "[" + std::string(kHello) + "\n,\r\n" + std::string(kWorld) + "]\n";
  EXPECT_EQ(Shown(array), Shown(Sse({kHello, kWorld})));
  EXPECT_EQ(Shown(kWorld),
            "started id= model=\nblock 0 text\ndelta 0 lo\nstop 0\n"
            "finished 0=stop in=3 cached=0 out=6 thoughts=4\n");
}

TEST(GeminiStreamReader, SeparatesThoughtsTextAndCalls) {
  EXPECT_EQ(
      Shown(Sse(
          {R"({"candidates":[{"content":{"parts":[{"text":"hm","thought":true}]}}]})",
           R"({"candidates":[{"content":{"parts":[{"text":"so"},)"
           R"({"functionCall":{"name":"f","args":{"b":1.50,"a":9007199254740993}},"thoughtSignature":"c2ln"},)"
           R"({"functionCall":{"id":"x1","name":"g"}}]}}]})",
           R"({"candidates":[{"finishReason":"STOP"}]})"})),
      "started id= model=\nblock 0 thought\ndelta 0 hm\nstop 0\nblock 0 text\ndelta 0 so\nstop 0\n"
      "block 0 call id=call_1 name=f\ndelta 0 {\"b\":1.50,\"a\":9007199254740993}\n"
      "stop 0 signature=c2ln\nblock 0 call id=x1 name=g\ndelta 0 {}\nstop 0\n"
      "finished 0=tool_calls in=0 cached=0 out=0 thoughts=0 unknown\n");
}

TEST(GeminiStreamReader, NeverJoinsTextAcrossASignature) {
  EXPECT_EQ(
      Shown(Sse(
          {R"({"candidates":[{"content":{"parts":[{"text":"a"},{"text":"b","thoughtSignature":"s1"},{"text":"c"}]}}]})",
           R"({"candidates":[{"content":{"parts":[{"text":"","thoughtSignature":"s2"}]},"finishReason":"STOP"}]})"})),
      "started id= model=\nblock 0 text\ndelta 0 a\ndelta 0 b\nstop 0 signature=s1\n"
      "block 0 text\ndelta 0 c\nstop 0 signature=s2\n"
      "finished 0=stop in=0 cached=0 out=0 thoughts=0 unknown\n");
}

TEST(GeminiStreamReader, MakesAnIdWhereTheUpstreamRepeatsOne) {
  const std::string shown = Shown(
      R"({"candidates":[{"content":{"parts":[{"functionCall":{"id":"a","name":"f"}},{"functionCall":{"id":"a","name":"f"}}]},"finishReason":"STOP"}]})");
  EXPECT_NE(shown.find("id=a "), std::string::npos);
  EXPECT_NE(shown.find("id=call_1 "), std::string::npos);
}

TEST(GeminiStreamReader, GivesToolsTheirOwnNamesBack) {
  GeminiReading reading;
  reading.tools["_1st"] = {"1st", chat::ToolKind::kFunction};
  reading.tools["patch"] = {"patch", chat::ToolKind::kCustom};
  const std::string shown = Shown(
      R"({"candidates":[{"content":{"parts":[{"functionCall":{"name":"_1st","args":{}}},{"functionCall":{"name":"patch","args":{"input":"*** a\n"}}}]},"finishReason":"STOP"}]})",
      reading);
  EXPECT_NE(shown.find("name=1st\ndelta 0 {}\n"), std::string::npos) << shown;
  EXPECT_NE(shown.find("name=patch custom\ndelta 0 *** a\n\n"), std::string::npos) << shown;
}

TEST(ReadGeminiResponse, KeepsTheLogProbabilitiesOfTokens) {
  chat::Response response;
  chat::Choice& choice = response.choices.emplace_back();
  choice.blocks.emplace_back(chat::Text{"hi", {}, {}});
  choice.logprobs.push_back({"hi", -0.5, {{"hi", -0.5}, {"ho", -1.5}}});
  const auto again = test::ReadGeminiResponse(test::WriteGeminiResponse(response), Counter());
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->choices.front().logprobs, choice.logprobs);
}

TEST(ReadGeminiResponse, KeepsTheSignatureOfEachBlock) {
  chat::Response response;
  chat::Choice& choice = response.choices.emplace_back();
  choice.finish = chat::FinishReason::kToolCalls;
  chat::Text text;
  text.text = "hi";
  text.signature = "of the text";
  chat::ToolCall call;
  call.id = "call-1";
  call.name = "f";
  call.arguments = "{}";
  call.signature = "of the call";
  choice.blocks = {text, call};
  const auto again = test::ReadGeminiResponse(test::WriteGeminiResponse(response), Counter());
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->choices.front().blocks, choice.blocks);
}

TEST(GeminiStreamReader, KeepsTheIdOfACallThatComesInPieces) {
  const std::string shown = Shown(Sse(
      {R"({"candidates":[{"content":{"parts":[{"functionCall":{"id":"up-1","name":"f","willContinue":true}}]}}]})",
       R"({"candidates":[{"content":{"parts":[{"functionCall":{"partialArgs":[{"jsonPath":"$.a","stringValue":"x"}]}}]},"finishReason":"STOP"}]})"}));
  EXPECT_NE(shown.find("id=up-1 name=f"), std::string::npos) << shown;
  EXPECT_NE(shown.find(R"(delta 0 {"a":"x)"), std::string::npos) << shown;
}

TEST(GeminiStreamReader, KeepsOneCallWhereTheClientWantsNoMore) {
  GeminiReading reading;
  reading.one_call = true;
  const std::string shown = Shown(
      R"({"candidates":[{"content":{"parts":[{"functionCall":{"name":"f"}},{"functionCall":{"name":"g"}}]},"finishReason":"STOP"}]})",
      reading);
  EXPECT_NE(shown.find("name=f"), std::string::npos);
  EXPECT_EQ(shown.find("name=g"), std::string::npos);
}

std::string Ended(std::string_view reason, std::string_view parts = "") {
  return Shown(fmt::format(
      R"({{"candidates":[{{"content":{{"parts":[{}]}},"finishReason":"{}"}}]}})", parts, reason));
}

TEST(GeminiStreamReader, KnowsEveryFinishReason) {
  for (const char* reason : {"SAFETY", "PROHIBITED_CONTENT", "BLOCKLIST", "SPII", "RECITATION",
                             "LANGUAGE", "IMAGE_SAFETY", "MODEL_ARMOR"}) {
    EXPECT_NE(Ended(reason).find("finished 0=content_filter"), std::string::npos) << reason;
  }
  for (const char* reason : {"MALFORMED_FUNCTION_CALL", "TOO_MANY_TOOL_CALLS"}) {
    EXPECT_NE(Ended(reason).find("failed upstream_rejected"), std::string::npos) << reason;
  }
  EXPECT_NE(Ended("MALFORMED_FUNCTION_CALL").find(" malformed_function_call:"), std::string::npos);
  EXPECT_NE(Ended("MAX_TOKENS").find("finished 0=length"), std::string::npos);
  EXPECT_NE(Ended("STOP").find("finished 0=stop"), std::string::npos);
  EXPECT_NE(Ended("MISSING_THOUGHT_SIGNATURE").find("failed invalid_request"), std::string::npos);
  for (const char* reason : {"OTHER", "SOMETHING_NEW", "FINISH_REASON_UNSPECIFIED"}) {
    const char* code = std::string(reason) == "SOMETHING_NEW" ? " finish_reason_unknown:"
                                                              : " finish_reason_other:";
    EXPECT_NE(Ended(reason).find(code), std::string::npos) << reason;
    EXPECT_NE(Ended(reason, R"({"text":"x","thought":true})").find(code), std::string::npos);
    EXPECT_NE(Ended(reason, R"({"text":"x"})").find("finished 0=stop"), std::string::npos);
  }
  EXPECT_EQ(Ended("<b>secret</b>").find("secret"), std::string::npos);
}

TEST(GeminiStreamReader, TurnsABlockedPromptIntoARefusal) {
  EXPECT_EQ(
      Shown(
          R"({"promptFeedback":{"blockReason":"SAFETY"},"usageMetadata":{"promptTokenCount":5}})"),
      "started id= model=\nblock 0 refusal\ndelta 0 The prompt was blocked by the upstream "
      "(safety).\nstop 0\nfinished 0=content_filter in=5 cached=0 out=0 thoughts=0\n");
}

TEST(GeminiStreamReader, CallsAnAnswerWithoutAnEndTruncated) {
  for (const std::string& body : {Sse({kHello}), "[" + std::string(kHello),
                                  std::string(kHello).substr(0, 40), std::string(kHello)}) {
    EXPECT_NE(Shown(body).find("failed upstream_unavailable upstream_stream_truncated"),
              std::string::npos)
        << body;
  }
}

TEST(GeminiStreamReader, TellsGarbageFromEmptyAnswers) {
  for (const char* body : {"<html>no</html>", "no healthy upstream", "data: nope\n\n",
                           "data: [1]\n\n", "{\"candidates\": nope}"}) {
    EXPECT_NE(Shown(body).find("upstream_garbage"), std::string::npos) << body;
  }
  for (const char* body : {"", "{}", "data: {}\n\n", "[]"}) {
    const std::string shown = Shown(body);
    EXPECT_TRUE(shown.find("no_candidates") != std::string::npos ||
                shown.find("garbage") != std::string::npos)
        << body << shown;
  }
}

TEST(GeminiStreamReader, KeepsAnErrorObjectForTheClassifier) {
  const std::string error =
      R"({"error":{"code":503,"message":"overloaded","status":"UNAVAILABLE"}})";
  const std::string pretty =
      "{\n  \"error\": {\n    \"code\": 503,\n    \"message\": \"o\"\n  }\n}\n";
  for (const std::string& body :
       {Sse({kHello, error}), Sse({kHello}) + pretty, Sse({kHello}) + "[" + pretty + "]\n", error,
        "[" + error + "]", pretty, "\xEF\xBB\xBF" + pretty}) {
    for (const std::size_t size : {std::size_t{1}, std::size_t{5}, body.size()}) {
      GeminiStreamReader reader(Counter());
      for (std::size_t at = 0; at < body.size(); at += size) {
        reader.Push(std::string_view(body).substr(at, size));
      }
      reader.Close();
      std::string last;
      while (const auto event = reader.Next()) last = test::Show({*event});
      EXPECT_NE(last.find("failed upstream_unavailable upstream_error"), std::string::npos) << last;
      ASSERT_TRUE(reader.upstream_error()) << body;
      EXPECT_EQ(reader.upstream_error()->status, 503);
      EXPECT_NE(reader.upstream_error()->body.find("\"error\""), std::string::npos);
    }
  }
}

TEST(GeminiStreamReader, MergesUsageFieldByField) {
  EXPECT_NE(
      Shown(
          Sse({R"({"usageMetadata":{"promptTokenCount":7,"cachedContentTokenCount":2,"toolUsePromptTokenCount":1}})",
               R"({"candidates":[{"content":{"parts":[{"text":"x"}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":7,"candidatesTokenCount":5,"thoughtsTokenCount":3,"totalTokenCount":16}})",
               R"({"usageMetadata":{"trafficType":"ON_DEMAND","candidatesTokenCount":0}})"}))
          .find("in=8 cached=2 out=8 thoughts=3"),
      std::string::npos);
}

TEST(GeminiStreamReader, DoesNotCountThoughtsTwice) {
  EXPECT_NE(
      Shown(
          R"({"candidates":[{"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":10,"candidatesTokenCount":8,"thoughtsTokenCount":3,"totalTokenCount":18}})")
          .find("in=10 cached=0 out=8 thoughts=3"),
      std::string::npos);
}

TEST(GeminiStreamReader, KeepsChoicesApart) {
  EXPECT_EQ(
      Shown(Sse(
          {R"({"candidates":[{"index":1,"content":{"parts":[{"text":"b"}]}},{"content":{"parts":[{"text":"a"}]}}]})",
           R"({"candidates":[{"index":1,"finishReason":"MAX_TOKENS"},{"index":0,"finishReason":"STOP"}]})"})),
      "started id= model=\nblock 1 text\ndelta 1 b\nblock 0 text\ndelta 0 a\nstop 0\nstop 1\n"
      "finished 0=stop 1=length in=0 cached=0 out=0 thoughts=0 unknown\n");
}

TEST(GeminiStreamReader, ReadsImagesCodeAndSkipsWhatItDoesNotKnow) {
  const std::string shown = Shown(
      R"({"candidates":[{"content":{"parts":[{"inlineData":{"mimeType":"image/png","data":"AAAA"}},{"executableCode":{"language":"PYTHON","code":"1+1"}},{"codeExecutionResult":{"outcome":"OUTCOME_OK","output":"2"}},{"hologram":{}},{"toolCall":{"id":"1"}}]},"finishReason":"STOP"}]})");
  EXPECT_NE(shown.find("block 0 media mime=image/png\ndelta 0 AAAA\n"), std::string::npos);
  EXPECT_NE(shown.find("```python\n1+1\n```"), std::string::npos);
  EXPECT_NE(shown.find("```output\n2\n```"), std::string::npos);
}

TEST(GeminiStreamReader, CountsCitationsInCharacters) {
  GeminiReading reading;
  reading.citations = true;
  const std::string shown = Shown(
      Sse({R"({"candidates":[{"content":{"parts":[{"text":"Köln ist "}]}}]})",
           R"({"candidates":[{"content":{"parts":[{"text":"schön."}]},"finishReason":"STOP","groundingMetadata":{"groundingChunks":[{"web":{"uri":"https://a.example","title":"A"}}],"groundingSupports":[{"segment":{"startIndex":6,"endIndex":16},"groundingChunkIndices":[0,7]},{"segment":{"endIndex":5},"groundingChunkIndices":[0]}]}}]})"}),
      reading);
  EXPECT_NE(shown.find("<5-14 https://a.example A> <0-4 https://a.example A>"), std::string::npos)
      << shown;
}

TEST(GeminiStreamReader, ReadsLogprobs) {
  const std::string shown = Shown(
      R"({"candidates":[{"content":{"parts":[{"text":"hi"}]},"finishReason":"STOP","logprobsResult":{"chosenCandidates":[{"token":"hi","logProbability":-0.5}],"topCandidates":[{"candidates":[{"token":"hi","logProbability":-0.5},{"token":"yo"}]}]}}]})");
  EXPECT_NE(shown.find("delta 0 hi [hi -0.5 of 2]"), std::string::npos) << shown;
}

TEST(GeminiStreamReader, KeepsAContinuationToken) {
  EXPECT_NE(
      Shown(
          R"({"candidates":[{"content":{"parts":[{"text":"x"}]},"finishReason":"CONTINUATION","continuationToken":"t\"1"}]})")
          .find(R"(finished 0=length in=0 cached=0 out=0 thoughts=0 unknown continuation="t\"1")"),
      std::string::npos);
}

TEST(GeminiStreamReader, GivesTheSameEventsHoweverTheBytesAreCut) {
  const std::string streams[] = {
      Sse({kHello,
           R"({"candidates":[{"content":{"parts":[{"text":"ä😀\r\n\"","thought":true},{"functionCall":{"name":"f","args":{"x":"}{\\"}}}]}}]})",
           kWorld}),
      "[" + std::string(kHello) + ",\n" + std::string(kWorld) + "]",
      std::string(kWorld),
      std::string(kWorld) + " \r\n",
      std::string(kHello) + std::string(kWorld),
      std::string(kHello) + "\n,\n" + std::string(kWorld) + "\n",
      Sse({kHello}) + "{\n \"error\": {\n \"code\": 500}\n}\n"};
  for (const std::string& stream : streams) {
    const std::string whole = Shown(stream);
    for (std::size_t size = 1; size < stream.size(); ++size) {
      ASSERT_EQ(test::Show(Read(stream, size)), whole) << size;
    }
  }
}

}  // namespace
}  // namespace agm::protocol
