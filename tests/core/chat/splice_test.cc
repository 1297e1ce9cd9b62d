#include "core/chat/splice.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "tests/support/event_grammar.h"

namespace agm::chat {
namespace {

using Events = std::vector<Event>;

Finished End(std::int64_t input, std::int64_t output, const std::string& token = "") {
  Finished finished;
  finished.choices.push_back({0, token.empty() ? FinishReason::kStop : FinishReason::kLength, {}});
  finished.usage.input = input;
  finished.usage.output = output;
  finished.usage.known = true;
  if (!token.empty()) finished.continuation = token;
  return finished;
}

void AddText(Splice& splice, const std::string& text, Finished finished) {
  splice.Add(Started{"id", "model"});
  splice.Add(BlockStarted{});
  splice.Add(BlockDelta{0, text, {}});
  splice.Add(BlockStopped{});
  splice.Add(std::move(finished));
}

Events All(Splice& splice) {
  Events events;
  while (auto event = splice.Next()) events.push_back(*std::move(event));
  return events;
}

TEST(Splice, MakesOneTextOfTwoHops) {
  Splice splice;
  AddText(splice, "one, ", End(10, 3, "\"t\""));
  EXPECT_EQ(splice.token(), "\"t\"");
  splice.Continue();
  EXPECT_FALSE(splice.token());
  AddText(splice, "two", End(99, 4));
  const Events events = All(splice);
  EXPECT_EQ(test::GrammarProblem(events), "");
  EXPECT_EQ(test::Show(events),
            "started id=id model=model\nblock 0 text\ndelta 0 one, \ndelta 0 two\nstop 0\n"
            "finished 0=stop in=10 cached=0 out=7 thoughts=0\n");
}

TEST(Splice, LeavesAnAnswerOfOneHopAsItIs) {
  Splice splice;
  AddText(splice, "all", End(10, 3));
  EXPECT_FALSE(splice.token());
  EXPECT_EQ(test::GrammarProblem(All(splice)), "");
}

TEST(Splice, EndsAsCutByLengthWhereThereIsNoNextHop) {
  Splice splice;
  AddText(splice, "one", End(10, 3, "\"t\""));
  splice.GiveUp();
  const Events events = All(splice);
  EXPECT_EQ(test::GrammarProblem(events), "");
  const auto& finished = std::get<Finished>(events.back());
  EXPECT_EQ(finished.choices.front().reason, FinishReason::kLength);
  EXPECT_TRUE(finished.extra.empty());
}

// Whatever reason the upstream gives for an interruption, the client must learn that more was meant.
TEST(Splice, EndsAsCutByLengthWhateverTheInterruptedHopSaid) {
  for (const FinishReason reason : {FinishReason::kStop, FinishReason::kToolCalls}) {
    Splice splice;
    Finished finished = End(10, 3, "\"t\"");
    finished.choices.front().reason = reason;
    AddText(splice, "one", finished);
    splice.GiveUp();
    const Events events = All(splice);
    EXPECT_EQ(std::get<Finished>(events.back()).choices.front().reason, FinishReason::kLength);
  }
}

TEST(Splice, StopsAfterThreeHopsThatBringNothing) {
  Splice splice;
  AddText(splice, "one", End(10, 3, "\"t\""));
  for (int hop = 0; hop < 3; ++hop) {
    ASSERT_TRUE(splice.token()) << hop;
    splice.Continue();
    splice.Add(Started{});
    splice.Add(End(10, 0, "\"t\""));
  }
  EXPECT_FALSE(splice.token());
  const Events events = All(splice);
  EXPECT_EQ(test::GrammarProblem(events), "");
  EXPECT_EQ(std::get<Finished>(events.back()).choices.front().reason, FinishReason::kLength);
}

/// The hops that an upstream gets to serve, where each brings a word and the token that `token`
/// makes of the hop's number.
int HopsUntilTheEnd(const std::function<std::string(int)>& token) {
  Splice splice;
  for (int hop = 1;; ++hop) {
    AddText(splice, "word ", End(1, 1, token(hop)));
    if (!splice.token()) {
      const Events events = All(splice);
      EXPECT_EQ(test::GrammarProblem(events), "");
      EXPECT_EQ(std::get<Finished>(events.back()).choices.front().reason, FinishReason::kLength);
      return hop;
    }
    splice.Continue();
  }
}

TEST(Splice, TakesTheSameTokenForNoProgress) {
  EXPECT_EQ(HopsUntilTheEnd([](int) { return "\"t\""; }), 4);
}

TEST(Splice, BoundsTheNumberOfHops) {
  EXPECT_EQ(HopsUntilTheEnd([](int hop) { return std::to_string(hop); }), 64);
  EXPECT_EQ(HopsUntilTheEnd([](int hop) { return std::to_string(hop % 2); }), 64);
}

TEST(Splice, CountsCitationsFromTheBeginOfTheWholeText) {
  Splice splice;
  Finished first = End(1, 1, "\"t\"");
  first.choices.front().citations.push_back({0, 2, "https://a", "a"});
  AddText(splice, "h\xC3\xA9llo", first);
  splice.Continue();
  Finished second = End(1, 1);
  second.choices.front().citations.push_back({1, 3, "https://b", "b"});
  AddText(splice, "world", second);
  const auto citations = std::get<Finished>(All(splice).back()).choices.front().citations;
  ASSERT_EQ(citations.size(), 2U);
  EXPECT_EQ(citations[0].start, 0);
  EXPECT_EQ(citations[1].start, 6);
  EXPECT_EQ(citations[1].end, 8);
}

TEST(Splice, RemembersACallOfAnEarlierHop) {
  Splice splice;
  splice.Add(Started{});
  splice.Add(BlockStarted{0, BlockKind::kToolCall, "id", "name", {}, {}});
  splice.Add(BlockDelta{0, "{}", {}});
  splice.Add(BlockStopped{});
  splice.Add(End(1, 1, "\"t\""));
  splice.Continue();
  AddText(splice, "and so on", End(1, 1));
  const Events events = All(splice);
  EXPECT_EQ(test::GrammarProblem(events), "");
  EXPECT_EQ(std::get<Finished>(events.back()).choices.front().reason, FinishReason::kToolCalls);
}

TEST(Splice, PassesAFailureInALaterHop) {
  Splice splice;
  AddText(splice, "one", End(1, 1, "\"t\""));
  splice.Continue();
  splice.Add(Started{});
  splice.Add(Failed{Fail(ErrorCode::kTimeout, "too slow")});
  const Events events = All(splice);
  EXPECT_EQ(test::GrammarProblem(events), "");
  EXPECT_TRUE(std::holds_alternative<Failed>(events.back()));
}

}  // namespace
}  // namespace agm::chat
