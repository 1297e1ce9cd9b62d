#include "core/upstream/no_answer.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace agm::upstream {
namespace {

TEST(NoAnswer, CountsAgainstTheAccountOnlyIfItsRowHasACooldown) {
  EXPECT_TRUE(CountsAgainstAccount(NoAnswerFailure(NoAnswer::kGarbage)));
  EXPECT_TRUE(CountsAgainstAccount(NoAnswerFailure(NoAnswer::kTruncated)));
  EXPECT_FALSE(CountsAgainstAccount(NoAnswerFailure(NoAnswer::kMalformedCall)));
  EXPECT_FALSE(CountsAgainstAccount(NoAnswerFailure(NoAnswer::kPromptBlocked)));
  Failure refused;
  refused.trouble = Trouble::kMinuteQuota;
  refused.error = Fail(ErrorCode::kRateLimited, "slow down");
  EXPECT_TRUE(CountsAgainstAccount(refused));
  Failure cancelled;
  cancelled.error = Fail(ErrorCode::kCancelled, "the client left");
  EXPECT_FALSE(CountsAgainstAccount(cancelled));
}

using chat::BlockKind;
using chat::FinishReason;

/// What is missing from an answer of these events before its end.
std::string Missing(std::vector<chat::Event> before, FinishReason reason = FinishReason::kStop) {
  Queue<chat::Event> events;
  events.push(chat::Started{});
  for (chat::Event& event : before) events.push(std::move(event));
  chat::Finished finished;
  finished.choices.push_back({0, reason, {}});
  events.push(std::move(finished));
  const auto missing = WhatIsMissing(events);
  return missing ? std::string(RowOf(*missing).name) : "nothing";
}

chat::BlockStarted Block(BlockKind kind, int choice = 0) { return {choice, kind, {}, {}, {}, {}}; }
chat::BlockDelta Words(const std::string& text, int choice = 0) { return {choice, text, {}}; }

TEST(NoAnswer, IsToldByTheContentsOfAnAnswerThatStopped) {
  EXPECT_EQ(Missing({}), "empty_response");
  EXPECT_EQ(Missing({Block(BlockKind::kText), Words("a")}), "nothing");
  EXPECT_EQ(Missing({Block(BlockKind::kToolCall)}), "nothing");
  EXPECT_EQ(Missing({Block(BlockKind::kMedia)}), "nothing");
  EXPECT_EQ(Missing({Block(BlockKind::kText)}), "signature_only");
  EXPECT_EQ(Missing({Block(BlockKind::kText), Words("")}), "signature_only");
  EXPECT_EQ(Missing({Block(BlockKind::kOpaque), Words("{}")}), "signature_only");
  EXPECT_EQ(Missing({Block(BlockKind::kThought), Words("hm")}), "thoughts_only");
  EXPECT_EQ(Missing({Block(BlockKind::kThought), Words("hm"), Block(BlockKind::kText)}),
            "thoughts_only");
  EXPECT_EQ(Missing({Block(BlockKind::kThought), Words("hm"), Block(BlockKind::kText), Words("a")}),
            "nothing");
  EXPECT_EQ(Missing({Block(BlockKind::kText), Words("a"), Block(BlockKind::kThought), Words("b")}),
            "nothing");
}

TEST(NoAnswer, ADeltaBelongsToTheLastBlockOfItsOwnChoice) {
  EXPECT_EQ(Missing({Block(BlockKind::kThought, 0), Block(BlockKind::kText, 1), Words("hm", 0)}),
            "thoughts_only");
  EXPECT_EQ(Missing({Block(BlockKind::kText, 0), Block(BlockKind::kThought, 1), Words("a", 0)}),
            "nothing");
}

TEST(NoAnswer, IsAFilterOfThePromptIfTheAnswerIsARefusal) {
  const FinishReason filtered = FinishReason::kContentFilter;
  EXPECT_EQ(Missing({}, filtered), "answer_blocked");
  EXPECT_EQ(Missing({Block(BlockKind::kText), Words("a")}, filtered), "answer_blocked");
  EXPECT_EQ(Missing({Block(BlockKind::kRefusal), Words("no")}, filtered), "prompt_blocked");
  EXPECT_EQ(Missing({Block(BlockKind::kRefusal), Block(BlockKind::kText)}, filtered),
            "prompt_blocked");
}

TEST(NoAnswer, AnAnswerThatReachedItsLengthIsOne) {
  EXPECT_EQ(Missing({}, FinishReason::kLength), "nothing");
  EXPECT_EQ(Missing({Block(BlockKind::kThought), Words("hm")}, FinishReason::kLength), "nothing");
}

TEST(NoAnswer, IsNotKnownBeforeTheEnd) {
  Queue<chat::Event> events;
  EXPECT_FALSE(WhatIsMissing(events));
  events.push(chat::Started{});
  EXPECT_FALSE(WhatIsMissing(events));
  chat::Finished finished;
  finished.choices.push_back({0, FinishReason::kStop, {}});
  finished.continuation = "1";
  events.push(finished);
  EXPECT_FALSE(WhatIsMissing(events)) << "a further hop follows";
}

TEST(NoAnswer, AFailureCarriesItsNameAsTheReason) {
  for (const NoAnswer kind : {NoAnswer::kEmpty, NoAnswer::kGarbage, NoAnswer::kTruncated}) {
    const Failure failure = NoAnswerFailure(kind);
    EXPECT_EQ(failure.no_answer, kind);
    EXPECT_EQ(failure.error.reason, RowOf(kind).name);
    EXPECT_EQ(failure.trouble, RowOf(kind).cooldown.value_or(Trouble::kGarbage));
    EXPECT_EQ(FindNoAnswer(RowOf(kind).name), kind);
  }
  EXPECT_FALSE(FindNoAnswer("unknown"));
}

}  // namespace
}  // namespace agm::upstream
