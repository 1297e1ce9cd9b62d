#include "core/protocol/shared/token_estimate.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

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

chat::Request Asking(std::vector<chat::Block> blocks) {
  chat::Request request;
  chat::Message message;
  message.blocks = std::move(blocks);
  request.messages = {message};
  return request;
}

TEST(EstimateTokens, CountsATokenForFourBytesOfAsciiAndForThreeOfOtherText) {
  const auto text = [](const std::string& of) {
    return EstimateTokens(Asking({chat::Text{of, {}}}));
  };
  EXPECT_EQ(EstimateTokens({}), 1);
  EXPECT_EQ(text(""), 4);
  EXPECT_EQ(text("a"), 5);
  EXPECT_EQ(text("abcd"), 5);
  EXPECT_EQ(text("abcde"), 6);
  EXPECT_EQ(text("ä"), 5);
  EXPECT_EQ(text("äöü"), 6);
  EXPECT_EQ(text("äöüa"), 7);
  EXPECT_EQ(text(std::string(4, '\0')), 5);
}

TEST(EstimateTokens, CountsThePagesOfAFile) {
  const auto media = [](chat::MediaKind kind, std::size_t size) {
    chat::Media of;
    of.kind = kind;
    of.data = std::string(size, 'A');
    return EstimateTokens(Asking({of}));
  };
  EXPECT_EQ(media(chat::MediaKind::kImage, 200'000), 4 + 258);
  EXPECT_EQ(media(chat::MediaKind::kFile, 4), 4 + 258);
  EXPECT_EQ(media(chat::MediaKind::kFile, 200'000), 4 + 3 * 258);
}

TEST(EstimateTokens, CountsCallsResultsAndTools) {
  EXPECT_EQ(EstimateTokens(Asking({chat::ToolCall{"a", "name", "{\"x\":1}", {}, {}}})),
            4 + 4 + 1 + 2);
  EXPECT_EQ(EstimateTokens(Asking({chat::ToolResult{"a", "f", {chat::Text{"abcd", {}}}}})),
            4 + 4 + 1);
  chat::Request request = Asking({});
  chat::Tool tool;
  tool.name = "name";
  tool.description = "described";
  tool.parameters = "{}";
  request.tools = {tool, tool};
  EXPECT_EQ(EstimateTokens(request), 4 + 2 * (4 + 1 + 3 + 1));
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
