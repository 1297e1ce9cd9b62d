#include "core/mock/openai_answer.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/mock/openai_methods.h"

namespace agm::mock {
namespace {

const std::string kUsage = R"("usage":{"prompt_tokens":7,"completion_tokens":5,"total_tokens":12,)"
                           R"("completion_tokens_details":{"reasoning_tokens":3}})";

Answer Plain() {
  Answer answer;
  answer.model_version = "tiny";
  answer.response_id = "x";
  answer.text = "one two";
  answer.prompt_tokens = 7;
  answer.thought_tokens = 3;
  return answer;
}

Answer Thinking() {
  Answer answer = Plain();
  answer.thoughts = {"hm ", "so"};
  return answer;
}

Answer Calling() {
  Answer answer = Plain();
  answer.text.clear();
  answer.calls = {{"f", R"({"a":1})", "", ""}, {"g", "{}", "", ""}};
  return answer;
}

Fault Odd(std::vector<std::string> odd) {
  Fault fault;
  fault.odd = std::move(odd);
  return fault;
}

std::vector<std::string> FramesOf(const Answer& answer, const Fault& fault = {}) {
  std::vector<std::string> frames;
  const auto body = StreamOpenAiAnswer(answer, fault);
  while (const auto piece = body->Next()) frames.push_back(piece->bytes);
  return frames;
}

// A frame of a chunk; `after` follows the choices.
std::string Chunk(const std::string& delta, const std::string& finish = "null",
                  const std::string& after = "") {
  return R"(data: {"id":"chatcmpl-x","object":"chat.completion.chunk","created":1,"model":"tiny",)"
         R"("choices":[{"index":0,"delta":{)" +
         delta + R"(},"finish_reason":)" + finish + "}]" + (after.empty() ? "" : "," + after) +
         "}\n\n";
}

const std::string kUsageFrame =
    R"(data: {"object":"chat.completion.chunk","choices":[],)" + kUsage + "}\n\n";
const std::string kDone = "data: [DONE]\n\n";
const std::string kRole = R"("role":"assistant",)";

using Frames = std::vector<std::string>;

TEST(OpenAiStream, HasAFrameForEachWordItsUsageAndItsEnd) {
  EXPECT_EQ(FramesOf(Plain()),
            (Frames{Chunk(kRole + R"("content":"one ")"), Chunk(R"("content":"two")"),
                    Chunk("", "\"stop\""), kUsageFrame, kDone}));
}

TEST(OpenAiStream, BeginsWithThoughts) {
  const Frames rest = {Chunk(R"("content":"one ")"), Chunk(R"("content":"two")")};
  EXPECT_EQ(FramesOf(Thinking())[0], Chunk(kRole + R"("reasoning_content":"hm ")"));
  EXPECT_EQ(FramesOf(Thinking())[1], Chunk(R"("reasoning_content":"so")"));
  EXPECT_EQ(FramesOf(Thinking())[2], rest[0]);
  EXPECT_EQ(FramesOf(Thinking(), Odd({"reasoning"}))[1], Chunk(R"("reasoning":"so")"));
  const Frames tags = FramesOf(Thinking(), Odd({"think"}));
  EXPECT_EQ(tags[0], Chunk(kRole + R"("content":"<think>hm ")"));
  EXPECT_EQ(tags[1], Chunk(R"("content":"so</think>one ")"));
  EXPECT_EQ(FramesOf(Plain(), Odd({"think"})), FramesOf(Plain()));
}

TEST(OpenAiStream, HasAFrameForEachCall) {
  const std::string first =
      R"("id":"call_x0","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}})";
  const std::string second =
      R"("id":"call_x1","type":"function","function":{"name":"g","arguments":"{}"}})";
  const std::string calls = R"("tool_calls":[)";
  const std::string usage =
      R"(data: {"object":"chat.completion.chunk","choices":[],"usage":{"prompt_tokens":7,)"
      R"("completion_tokens":8,"total_tokens":15,)"
      R"("completion_tokens_details":{"reasoning_tokens":3}}})"
      "\n\n";
  const Frames end = {Chunk("", "\"tool_calls\""), usage, kDone};
  EXPECT_EQ(FramesOf(Calling()),
            (Frames{Chunk(kRole + calls + R"({"index":0,)" + first + "]"),
                    Chunk(calls + R"({"index":1,)" + second + "]"), end[0], end[1], end[2]}));
  EXPECT_EQ(
      FramesOf(Calling(), Odd({"whole-calls", "no-index"})),
      (Frames{Chunk(kRole + calls + "{" + first + ",{" + second + "]"), end[0], end[1], end[2]}));
}

TEST(OpenAiStream, HasTheOdditiesThatAreAskedFor) {
  EXPECT_EQ(FramesOf(Plain(), Odd({"no-usage", "no-done", "roles"})),
            (Frames{Chunk(kRole + R"("content":"one ")"), Chunk(kRole + R"("content":"two")"),
                    Chunk(R"("role":"assistant")", "\"stop\"")}));
  EXPECT_EQ(FramesOf(Plain(), Odd({"usage-with-choices"})),
            (Frames{Chunk(kRole + R"("content":"one ")"), Chunk(R"("content":"two")"),
                    Chunk("", "\"stop\"", kUsage), kDone}));
  EXPECT_EQ(FramesOf(Plain(), Odd({"usage-with-choices", "no-usage"})),
            FramesOf(Plain(), Odd({"no-usage"})));
  const Frames marked = FramesOf(Plain(), Odd({"comments", "event-lines"}));
  EXPECT_EQ(marked[0], ": PROCESSING\n\nevent: message\n" + FramesOf(Plain())[0]);
  EXPECT_EQ(marked.back(), kDone);
}

TEST(OpenAiStream, WithoutAFinishHasNoEnd) {
  Answer answer = Plain();
  answer.finish.clear();
  EXPECT_EQ(FramesOf(answer), (Frames{Chunk(kRole + R"("content":"one ")"),
                                      Chunk(R"("content":"two")"), kUsageFrame}));
}

TEST(OpenAiStream, PausesBeforeEachWordAndNotAtTheEnd) {
  Answer answer = Plain();
  answer.pace = Duration(5);
  const auto body = StreamOpenAiAnswer(answer, {});
  std::vector<Duration> pauses;
  while (const auto piece = body->Next()) pauses.push_back(piece->pause);
  EXPECT_EQ(pauses, (std::vector<Duration>{Duration(5), Duration(5), Duration(0), Duration(0),
                                           Duration(0)}));
}

TEST(OpenAiStream, FailsAfterSoManyFrames) {
  Fault fault;
  fault.error = InvalidArgument("bad");
  EXPECT_EQ(FramesOf(Plain(), fault), FramesOf(Plain()));
  fault.fail_after_events = 1;
  EXPECT_EQ(FramesOf(Plain(), fault),
            (Frames{Chunk(kRole + R"("content":"one ")"),
                    R"(data: {"error":{"message":"bad","type":"invalid_argument","param":null,)"
                    R"("code":400}})"
                    "\n\n"}));
}

// The message and the finish reason of a whole answer.
std::string MessageOf(const Answer& answer, const Fault& fault = {}) {
  const std::string all = WriteOpenAiAnswer(answer, fault);
  const std::string head =
      R"({"id":"chatcmpl-x","object":"chat.completion","created":1,"model":"tiny",)"
      R"("choices":[{"index":0,"message":{"role":"assistant",)";
  EXPECT_TRUE(all.starts_with(head)) << all;
  return all.substr(head.size(), all.find("}],\"usage\"") - head.size());
}

TEST(OpenAiAnswer, HoldsTextThoughtsAndCalls) {
  EXPECT_EQ(MessageOf(Plain()), R"("content":"one two"},"finish_reason":"stop")");
  EXPECT_EQ(MessageOf(Thinking()),
            R"("content":"one two","reasoning_content":"hm so"},"finish_reason":"stop")");
  EXPECT_EQ(MessageOf(Thinking(), Odd({"reasoning"})),
            R"("content":"one two","reasoning":"hm so"},"finish_reason":"stop")");
  EXPECT_EQ(MessageOf(Thinking(), Odd({"think"})),
            R"("content":"<think>hm so</think>one two"},"finish_reason":"stop")");
  EXPECT_EQ(MessageOf(Calling()).substr(0, 28), R"("content":null,"tool_calls":)");
  Answer both = Calling();
  both.text = "a";
  EXPECT_EQ(MessageOf(both).substr(0, 27), R"("content":"a","tool_calls":)");
  Answer nothing = Plain();
  nothing.text.clear();
  EXPECT_EQ(MessageOf(nothing), R"("content":""},"finish_reason":"stop")");
}

TEST(OpenAiAnswer, HasUsageAndAllItsChoices) {
  EXPECT_TRUE(WriteOpenAiAnswer(Plain(), {}).ends_with("}]," + kUsage + "}"));
  EXPECT_TRUE(WriteOpenAiAnswer(Plain(), Odd({"no-usage"})).ends_with(R"("stop"}]})"));
  Answer answer = Plain();
  answer.candidates = 2;
  const Json all = ParseJson(WriteOpenAiAnswer(answer, {})).value();
  ASSERT_EQ(all["choices"].size(), 2U);
  EXPECT_EQ(all["choices"][1]["index"], 1);
}

TEST(OpenAiAnswer, SaysWhyItEnded) {
  const auto reason = [](const std::string& finish, const std::string& blocked = "") {
    Answer answer = Plain();
    answer.finish = finish;
    answer.block_reason = blocked;
    const std::string message = MessageOf(answer);
    return message.substr(message.rfind(':') + 1);
  };
  EXPECT_EQ(reason("STOP"), "\"stop\"");
  EXPECT_EQ(reason("MAX_TOKENS"), "\"length\"");
  EXPECT_EQ(reason("SAFETY"), "\"content_filter\"");
  EXPECT_EQ(reason("STOP", "OTHER"), "\"content_filter\"");
}

TEST(OpenAiRefusal, HasTheCodeOfSuchServersAndTheDelayInSeconds) {
  const auto refused = [](int http, const std::string& message) {
    GoogleError error = InvalidArgument(message);
    error.http = http;
    return ParseJson(OpenAiRefusal(error).text).value()["error"]["code"];
  };
  EXPECT_EQ(refused(401, "no"), "invalid_api_key");
  EXPECT_EQ(refused(400, "API key not valid"), "invalid_api_key");
  EXPECT_EQ(refused(404, "no"), "model_not_found");
  EXPECT_EQ(refused(429, "no"), "rate_limit_exceeded");
  EXPECT_EQ(refused(503, "no"), 503);
  GoogleError error = InvalidArgument("slow down");
  error.http = 429;
  EXPECT_TRUE(OpenAiRefusal(error).headers.empty());
  error.details = {R"({"@type":"other"})", R"({"@type":"info","retryDelay":"36.5s"})"};
  const Reply reply = OpenAiRefusal(error);
  EXPECT_EQ(reply.status, 429);
  ASSERT_EQ(reply.headers.size(), 1U);
  EXPECT_EQ(reply.headers[0].first, "retry-after");
  EXPECT_EQ(reply.headers[0].second, "36");
  error.details = {R"({"retryDelay":"37"})"};
  EXPECT_EQ(OpenAiRefusal(error).headers.at(0).second, "37");
}

TEST(OpenAiRefusal, IsAPageWhereTheFrontEndAnswers) {
  const Reply reply = OpenAiRefusal(HtmlPage(502));
  EXPECT_EQ(reply.status, 502);
  EXPECT_EQ(reply.content_type, "text/html");
  EXPECT_TRUE(reply.text.starts_with("<!doctype html>"));
}

TEST(OpenAiMethod, StreamsAtTheServersPace) {
  const Reply reply = ServeOpenAiMethod(
      {"chat", "tiny"},
      R"({"model":"tiny","stream":true,"messages":[{"role":"user","content":"hi"}]})", {},
      Duration(5), "x");
  EXPECT_EQ(reply.content_type, "text/event-stream");
  ASSERT_NE(reply.stream, nullptr);
  const auto first = reply.stream->Next();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->pause, Duration(5));
}

TEST(OpenAiAnswer, BreaksOffWithAPageWhereTheFaultNamesNoError) {
  Fault fault;
  fault.fail_after_events = 1;
  const auto frames = FramesOf(Plain(), fault);
  ASSERT_EQ(frames.size(), 2U);
  EXPECT_EQ(frames[0], FramesOf(Plain())[0]);
  EXPECT_TRUE(frames[1].starts_with("data: <!DOCTYPE html>")) << frames[1];
}

}  // namespace
}  // namespace agm::mock
