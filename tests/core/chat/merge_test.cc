#include "core/chat/merge.h"

#include <gtest/gtest.h>

#include "tests/support/event_grammar.h"

namespace agm::chat {
namespace {

using Events = std::vector<Event>;

Events Answer(std::string text, std::int64_t input, std::int64_t output) {
  Finished finished;
  finished.choices.push_back({0, FinishReason::kStop, {}});
  finished.usage.input = input;
  finished.usage.output = output;
  finished.usage.known = true;
  return {Started{"id", "model"}, BlockStarted{}, BlockDelta{0, std::move(text), {}},
          BlockStopped{}, std::move(finished)};
}

TEST(Merge, MakesOneAnswerOfCallsThatRunSideBySide) {
  const Events a = Answer("a", 10, 2);
  const Events b = Answer("b", 10, 3);
  Merge merge({1, 2, 1});
  Events out;
  for (std::size_t i = 0; i < a.size(); ++i) {
    merge.Add(1, b[i], out);
    merge.Add(0, a[i], out);
  }
  EXPECT_EQ(test::GrammarProblem(out), "");
  EXPECT_EQ(test::Show(out),
            "started id=id model=model\nblock 1 text\nblock 0 text\ndelta 1 b\ndelta 0 a\n"
            "stop 1\nstop 0\nfinished 0=stop 1=stop in=10 cached=0 out=5 thoughts=0\n");
  EXPECT_TRUE(merge.ended());
}

TEST(Merge, FailsAsAWholeAndEnds) {
  Merge merge({1, 2, 1});
  Events out;
  merge.Add(0, Started{}, out);
  merge.Add(1, Failed{Fail(ErrorCode::kTimeout, "too slow")}, out);
  merge.Add(0, BlockStarted{}, out);
  EXPECT_EQ(test::Show(out), "started id= model=\nfailed timeout : too slow\n");
}

TEST(Merge, OfOneCallChangesNothing) {
  Merge merge({1, 1, 1});
  Events out;
  for (const Event& event : Answer("x", 1, 1)) merge.Add(0, event, out);
  EXPECT_EQ(test::Show(out), test::Show(Answer("x", 1, 1)));
}

TEST(Merge, NumbersTheChoicesOfSeveralPromptsAndCountsEachPromptOnce) {
  Merge merge({2, 2, 1});
  Events out;
  for (int call = 0; call < 4; ++call) {
    for (const Event& event : Answer("x", call < 2 ? 10 : 7, 1)) merge.Add(call, event, out);
  }
  EXPECT_EQ(test::GrammarProblem(out), "");
  const auto& finished = std::get<Finished>(out.back());
  ASSERT_EQ(finished.choices.size(), 4U);
  EXPECT_EQ(finished.choices[3].choice, 3);
  EXPECT_EQ(finished.usage.input, 17);
  EXPECT_EQ(finished.usage.output, 4);
}

// The calls for one prompt may report its parts at different times; the largest value counts.
TEST(Merge, CountsEveryPartOfAPromptOnce) {
  Merge merge({2, 2, 1});
  Events out;
  for (int call = 0; call < 4; ++call) {
    Events answer = Answer("x", 10, 1);
    Usage& usage = std::get<Finished>(answer.back()).usage;
    usage.input_audio = call == 0 ? 4 : 3;
    usage.input_image = call == 1 ? 5 : 0;
    usage.cached = call == 0 ? 0 : 2;
    for (const Event& event : answer) merge.Add(call, event, out);
  }
  const Usage& sum = std::get<Finished>(out.back()).usage;
  EXPECT_EQ(sum.input, 20);
  EXPECT_EQ(sum.input_audio, 4 + 3);
  EXPECT_EQ(sum.input_image, 5);
  EXPECT_EQ(sum.cached, 2 + 2);
}

// Each call generates tokens of its own.
TEST(Merge, AddsUpEveryKindOfGeneratedTokens) {
  Merge merge({2, 1, 1});
  Events out;
  for (int call = 0; call < 2; ++call) {
    Events answer = Answer("x", 10, 6);
    Usage& usage = std::get<Finished>(answer.back()).usage;
    usage.thoughts = 2 + call;
    usage.output_audio = 1;
    usage.output_image = 4 * call;
    for (const Event& event : answer) merge.Add(call, event, out);
  }
  const Usage& sum = std::get<Finished>(out.back()).usage;
  EXPECT_EQ(sum.output, 6 + 6);
  EXPECT_EQ(sum.thoughts, 2 + 3);
  EXPECT_EQ(sum.output_audio, 1 + 1);
  EXPECT_EQ(sum.output_image, 4);
}

TEST(Merge, KeepsTheChoicesApartOfCallsThatBringSeveral) {
  Merge merge({2, 1, 2});
  Events out;
  merge.Add(1, Started{}, out);
  merge.Add(1, BlockStarted{1, BlockKind::kText, {}, {}, {}, {}}, out);
  EXPECT_EQ(std::get<BlockStarted>(out.back()).choice, 3);
}

}  // namespace
}  // namespace agm::chat
