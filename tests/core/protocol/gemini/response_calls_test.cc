#include <gtest/gtest.h>

#include <fmt/format.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/protocol/gemini/response.h"
#include "tests/support/event_grammar.h"

namespace agm::protocol {
namespace {

// The events of a stream of these chunks.
std::string Shown(std::initializer_list<std::string_view> chunks, GeminiReading reading = {}) {
  GeminiStreamReader reader([n = 0]() mutable { return std::to_string(++n); }, std::move(reading));
  for (const std::string_view chunk : chunks) reader.Push(fmt::format("data: {}\r\n\r\n", chunk));
  reader.Close();
  std::vector<chat::Event> events;
  while (auto event = reader.Next()) events.push_back(*std::move(event));
  EXPECT_EQ(test::GrammarProblem(events), "");
  return test::Show(events);
}

// A chunk of the only candidate with these parts.
std::string Parts(std::string_view parts, std::string_view reason = {}) {
  return fmt::format(R"({{"candidates":[{{"content":{{"parts":[{}]}}{}}}]}})", parts,
                     reason.empty() ? "" : fmt::format(R"(,"finishReason":"{}")", reason));
}

constexpr std::string_view kEnd = " in=0 cached=0 out=0 thoughts=0 unknown\n";
constexpr std::string_view kBegin = R"({"functionCall":{"name":"f","willContinue":true}})";

// A further part of a call, which writes one argument.
std::string Piece(std::string_view path, std::string_view text, bool more = true) {
  return fmt::format(
      R"({{"functionCall":{{"partialArgs":[{{"jsonPath":"{}","stringValue":"{}"}}]{}}}}})", path,
      text, more ? R"(,"willContinue":true)" : "");
}

GeminiReading Custom(bool one_call = false) {
  GeminiReading reading;
  reading.tools["f"] = {"sh", chat::ToolKind::kCustom};
  reading.tools["g"] = {"g", chat::ToolKind::kFunction};
  reading.one_call = one_call;
  return reading;
}

TEST(GeminiCalls, EndWithTheirLastPiece) {
  const std::string shown =
      Shown({Parts(kBegin), Parts(Piece("$.a", "x")), Parts(Piece("$.b", "y", false)),
             Parts(R"({"text":"t"})", "STOP")});
  EXPECT_TRUE(shown.starts_with("started id= model=\nblock 0 call id=call_1 name=f\n")) << shown;
  const std::size_t stop = shown.find("stop 0\nblock 0 text\ndelta 0 t\nstop 0\n");
  EXPECT_NE(stop, std::string::npos) << shown;
  EXPECT_TRUE(shown.ends_with("finished 0=tool_calls" + std::string(kEnd))) << shown;
}

TEST(GeminiCalls, EndWhereAnotherCallBegins) {
  const std::string shown =
      Shown({Parts(kBegin), Parts(Piece("$.a", "x")),
             Parts(R"({"functionCall":{"name":"g","args":{"b":1}}})", "STOP")});
  EXPECT_NE(shown.find("stop 0\nblock 0 call id=call_2 name=g\ndelta 0 {\"b\":1}\nstop 0\n"),
            std::string::npos)
      << shown;
}

TEST(GeminiCalls, EndWithTheAnswer) {
  const std::string after = Shown({Parts("", "STOP"), Parts(kBegin), Parts(Piece("$.a", "x"))});
  EXPECT_TRUE(after.ends_with("stop 0\nfinished 0=tool_calls" + std::string(kEnd))) << after;
  const std::string whole = Shown({Parts("", "STOP"), Parts(R"({"functionCall":{"name":"g"}})")});
  EXPECT_TRUE(whole.ends_with("stop 0\nfinished 0=tool_calls" + std::string(kEnd))) << whole;
}

TEST(GeminiCalls, EndWhereAnotherPartBegins) {
  const std::string shown =
      Shown({Parts(kBegin), Parts(Piece("$.a", "x")), Parts(R"({"text":"t"})", "STOP")});
  EXPECT_NE(shown.find("stop 0\nblock 0 text\ndelta 0 t\nstop 0\n"), std::string::npos) << shown;
}

TEST(GeminiCalls, MayLackAName) {
  EXPECT_EQ(Shown({Parts(R"({"functionCall":{"args":{"x":1}}})", "STOP")}),
            "started id= model=\nblock 0 call id=call_1\ndelta 0 {\"x\":1}\nstop 0\n"
            "finished 0=tool_calls" +
                std::string(kEnd));
}

TEST(GeminiCalls, OfACustomToolComeWhole) {
  const std::string call = "block 0 call id=a name=sh custom\ndelta 0 xy\nstop 0 signature=s\n";
  const std::string shown = Shown(
      {Parts(
           R"({"functionCall":{"id":"a","name":"f","willContinue":true},"thoughtSignature":"s"})"),
       Parts(
           R"({"functionCall":{"partialArgs":[{"jsonPath":"$.input","stringValue":"x","willContinue":true}],"willContinue":true}})"),
       Parts(Piece("$.input", "y", false), "STOP")},
      Custom());
  EXPECT_EQ(shown, "started id= model=\n" + call + "finished 0=tool_calls" + std::string(kEnd));
}

TEST(GeminiCalls, AreOneWhereTheClientAllowsNoMore) {
  constexpr std::string_view kG = R"({"functionCall":{"name":"g","willContinue":true}})";
  const std::string plain = Shown({Parts(R"({"functionCall":{"name":"g","args":{}}})"),
                                   Parts(kBegin), Parts(Piece("$.input", "y", false), "STOP")},
                                  Custom(true));
  EXPECT_EQ(plain,
            "started id= model=\nblock 0 call id=call_1 name=g\ndelta 0 {}\nstop 0\n"
            "finished 0=tool_calls" +
                std::string(kEnd));
  const std::string pieces = Shown({Parts(kG), Parts(Piece("$.a", "x", false)), Parts(kG),
                                    Parts(Piece("$.a", "y", false), "STOP")},
                                   Custom(true));
  EXPECT_EQ(pieces.find("call_2"), std::string::npos) << pieces;
  EXPECT_EQ(pieces.find('y'), std::string::npos) << pieces;
  const std::string all = Shown({Parts(kG), Parts(Piece("$.a", "x", false)), Parts(kG),
                                 Parts(Piece("$.a", "y", false), "STOP")},
                                Custom());
  EXPECT_NE(all.find("call_2"), std::string::npos) << all;
  const std::string first =
      Shown({Parts(kBegin), Parts(Piece("$.input", "y", false), "STOP")}, Custom(true));
  EXPECT_NE(first.find("name=sh custom\ndelta 0 y\n"), std::string::npos) << first;
}

TEST(GeminiCalls, FailWhereAnArgumentIsWrittenTwice) {
  const std::string shown = Shown({Parts(kBegin), Parts(Piece("$.a", "x")),
                                   Parts(Piece("$.b", "x")), Parts(Piece("$.a", "y"), "STOP")});
  EXPECT_NE(
      shown.find("failed upstream_rejected malformed_function_call: the model failed to write "
                 "a valid answer: it wrote an argument of a tool call twice\n"),
      std::string::npos)
      << shown;
}

TEST(GeminiCalls, BelongToTheirCandidate) {
  EXPECT_EQ(
      Shown(
          {R"({"candidates":[{"index":1,"content":{"parts":[{"functionCall":{"name":"f"}}]},"finishReason":"OTHER"}]})"}),
      "started id= model=\nblock 1 call id=call_1 name=f\ndelta 1 {}\nstop 1\n"
      "finished 1=tool_calls" +
          std::string(kEnd));
}

TEST(GeminiCalls, KeepAnIdUpToTheLongest) {
  const auto made = [](std::size_t size) {
    return Shown({Parts(fmt::format(R"({{"functionCall":{{"id":"{}","name":"f"}}}})",
                                    std::string(size, 'x')),
                        "STOP")})
               .find("id=call_1 ") != std::string::npos;
  };
  EXPECT_FALSE(made(kLongestCallId));
  EXPECT_TRUE(made(kLongestCallId + 1));
}

TEST(GeminiCandidates, AreNumberedUpToTheLargestIndex) {
  const auto shown = [](int index) {
    return Shown({fmt::format(
        R"({{"candidates":[{{"index":{},"content":{{"parts":[{{"text":"a"}}]}},"finishReason":"STOP"}}]}})",
        index)});
  };
  EXPECT_NE(shown(-1).find("upstream_garbage"), std::string::npos);
  EXPECT_NE(shown(1).find("finished 1=stop"), std::string::npos);
  EXPECT_NE(shown(127).find("finished 127=stop"), std::string::npos);
  EXPECT_NE(shown(128).find("upstream_garbage"), std::string::npos);
  EXPECT_NE(shown(1'000'000).find("upstream_garbage"), std::string::npos);
}

TEST(GeminiCandidates, AreRefusedOnlyOnceAndOnlyWithoutAnAnswer) {
  constexpr std::string_view kBlocked = R"({"promptFeedback":{"blockReason":"SAFETY"}})";
  const std::string once = Shown({kBlocked});
  EXPECT_EQ(Shown({kBlocked, kBlocked}), once);
  EXPECT_EQ(Shown({kBlocked, Parts("", "STOP")}), once);
  EXPECT_TRUE(once.ends_with("finished 0=content_filter" + std::string(kEnd))) << once;
  EXPECT_EQ(Shown({Parts(R"({"text":"a"})"), kBlocked}),
            "started id= model=\nblock 0 text\ndelta 0 a\nstop 0\nfinished 0=content_filter" +
                std::string(kEnd));
  const std::string thought = Shown({Parts(R"({"text":"a","thought":true})"), kBlocked});
  EXPECT_TRUE(
      thought.starts_with("started id= model=\nblock 0 thought\ndelta 0 a\nstop 0\n"
                          "block 0 refusal\n"))
      << thought;
  EXPECT_EQ(Shown({Parts("", "STOP"), kBlocked}),
            "started id= model=\nfinished 0=stop" + std::string(kEnd));
}

TEST(GeminiCandidates, HaveContentInAPicture) {
  EXPECT_EQ(
      Shown(
          {R"({"candidates":[{"index":1,"content":{"parts":[{"inlineData":{"mimeType":"image/png","data":"AAAA"}},{"toolCall":{"x":1}}]},"finishReason":"OTHER"}]})"}),
      "started id= model=\nblock 1 media mime=image/png\ndelta 1 AAAA\nstop 1\n"
      "block 1 opaque name=gemini\ndelta 1 {\"toolCall\":{\"x\":1}}\nstop 1\nfinished 1=stop" +
          std::string(kEnd));
}

TEST(GeminiCandidates, NameOnlyAFinishReasonThatIsAWord) {
  const auto told = [](const std::string& reason) {
    return Shown({Parts("", reason)}).find("(finish reason " + reason + ")") != std::string::npos;
  };
  for (const char* reason : {"AZ", "A0_9", "_"}) EXPECT_TRUE(told(reason)) << reason;
  for (const char* reason : {"a", "A B", "A-", "A@", "A[", "A/", "A:"}) {
    EXPECT_FALSE(told(reason)) << reason;
  }
  EXPECT_TRUE(told(std::string(64, 'X')));
  EXPECT_FALSE(told(std::string(65, 'X')));
}

}  // namespace
}  // namespace agm::protocol
