#include "core/protocol/shared/token_estimate.h"

#include <gtest/gtest.h>

#include <string>

namespace agm::protocol {
namespace {

chat::BlockStarted Started(chat::BlockKind kind, const std::string& mime = {}, int choice = 0) {
  chat::BlockStarted block;
  block.choice = choice;
  block.kind = kind;
  block.mime = mime;
  return block;
}

chat::BlockDelta Delta(std::size_t bytes, int choice = 0) {
  chat::BlockDelta delta;
  delta.choice = choice;
  delta.text = std::string(bytes, 'a');
  return delta;
}

TEST(AnswerEstimate, IsEmptyBeforeTheFirstContent) {
  AnswerEstimate answer;
  answer.Add(chat::Started());
  answer.Add(Started(chat::BlockKind::kText));
  EXPECT_TRUE(answer.empty());
  EXPECT_EQ(answer.tokens(), 0);
}

TEST(AnswerEstimate, CountsTextThoughtsAndCallsByTheirBytes) {
  AnswerEstimate answer;
  answer.Add(Started(chat::BlockKind::kThought));
  answer.Add(Delta(10));
  answer.Add(Started(chat::BlockKind::kToolCall));
  answer.Add(Delta(31));
  EXPECT_FALSE(answer.empty());
  EXPECT_EQ(answer.tokens(), 11) << "41 bytes";
}

TEST(AnswerEstimate, CountsAnImageOnceWhateverItsSize) {
  AnswerEstimate answer;
  answer.Add(Started(chat::BlockKind::kMedia, "image/png"));
  answer.Add(Delta(2'000'000));
  answer.Add(Delta(2'000'000));
  EXPECT_EQ(answer.tokens(), 1290);
  answer.Add(Started(chat::BlockKind::kText));
  answer.Add(Delta(400));
  EXPECT_EQ(answer.tokens(), 1390) << "the text after it counts as text";
}

TEST(AnswerEstimate, CountsTwentyFiveTokensForASecondOfSound) {
  AnswerEstimate answer;
  answer.Add(Started(chat::BlockKind::kMedia, "audio/L16;rate=24000"));
  answer.Add(Delta(64'000));
  EXPECT_EQ(answer.tokens(), 25) << "base64 of 48,000 bytes";
}

TEST(AnswerEstimate, KeepsTheBlocksOfEachChoiceApart) {
  AnswerEstimate answer;
  answer.Add(Started(chat::BlockKind::kMedia, "image/png", 0));
  answer.Add(Started(chat::BlockKind::kText, "", 1));
  answer.Add(Delta(5000, 0));
  answer.Add(Delta(400, 1));
  EXPECT_EQ(answer.tokens(), 1390);
}

}  // namespace
}  // namespace agm::protocol
