#include "core/mock/answer_writer.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/base/json.h"

namespace agm::mock {
namespace {

/// The events of a stream, without their frames.
std::vector<Json> EventsOf(Answer answer) {
  const auto body = StreamAnswer(std::move(answer), StreamForm::kSse);
  std::string all;
  while (const auto piece = body->Next()) all += piece->bytes;
  std::vector<Json> events;
  for (std::size_t at = all.find("data: "); at != all.npos; at = all.find("data: ", at + 1)) {
    events.push_back(Json::parse(all.substr(at + 6, all.find("\r\n\r\n", at) - at - 6)));
  }
  return events;
}

TEST(AnswerWriter, StreamsAFinishReasonAloneWithAnEmptyContent) {
  Answer answer;
  answer.finish = "SAFETY";
  const auto events = EventsOf(answer);
  ASSERT_EQ(events.size(), 1U);
  const Json& candidate = events.front()["candidates"][0];
  EXPECT_EQ(candidate["content"], (Json{{"role", "model"}}));
  EXPECT_EQ(candidate["finishReason"], "SAFETY");
  EXPECT_EQ(candidate["index"], 0);
  EXPECT_TRUE(events.front().contains("usageMetadata"));
}

TEST(AnswerWriter, EndsAStreamWithoutAFinishReasonAfterItsText) {
  Answer answer;
  answer.text = "one two";
  answer.finish.clear();
  std::string text;
  for (const Json& event : EventsOf(answer)) {
    EXPECT_FALSE(event["candidates"][0].contains("finishReason"));
    text += event["candidates"][0]["content"]["parts"][0]["text"].get<std::string>();
  }
  EXPECT_EQ(text, "one two");
}

TEST(AnswerWriter, WritesNoPartsWhereThereAreNone) {
  Answer answer;
  answer.finish = "OTHER";
  answer.candidates = 2;
  const Json whole = Json::parse(WriteAnswer(answer));
  ASSERT_EQ(whole["candidates"].size(), 2U);
  EXPECT_EQ(whole["candidates"][1]["index"], 1);
  EXPECT_EQ(whole["candidates"][1]["content"], (Json{{"role", "model"}}));
}

TEST(AnswerWriter, WritesNoCandidateForABlockedPrompt) {
  Answer answer;
  answer.text = "x";
  answer.block_reason = "SAFETY";
  const Json whole = Json::parse(WriteAnswer(answer));
  EXPECT_FALSE(whole.contains("candidates"));
  EXPECT_EQ(whole["promptFeedback"]["blockReason"], "SAFETY");
}

TEST(AnswerWriter, FramesEventsAsAStreamOrAList) {
  EXPECT_EQ(FrameEvent("{}", StreamForm::kSse, true), "data: {}\r\n\r\n");
  EXPECT_EQ(FrameEvent("{}", StreamForm::kSse, false), "data: {}\r\n\r\n");
  const auto list = StreamForm::kArray;
  EXPECT_EQ(FrameEvent("{}", list, true), "[{}");
  EXPECT_EQ(FrameEvent("{}", list, false), ",\r\n{}");
}

}  // namespace
}  // namespace agm::mock
