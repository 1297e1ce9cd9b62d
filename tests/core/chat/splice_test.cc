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

TEST(Splice, AddsUpGeneratedTokensAndTakesThePromptOfTheFirstHop) {
  Splice splice;
  Finished first = End(10, 3, "\"t\"");
  first.usage.cached = 4;
  first.usage.thoughts = 1;
  first.usage.output_audio = 2;
  first.usage.output_image = 3;
  AddText(splice, "one", first);
  splice.Continue();
  Finished second = End(99, 5);
  second.usage.thoughts = 10;
  second.usage.output_audio = 20;
  second.usage.output_image = 30;
  AddText(splice, "two", second);
  const Usage usage = std::get<Finished>(All(splice).back()).usage;
  EXPECT_EQ(usage.input, 10);
  EXPECT_EQ(usage.cached, 4);
  EXPECT_EQ(usage.output, 8);
  EXPECT_EQ(usage.thoughts, 11);
  EXPECT_EQ(usage.output_audio, 22);
  EXPECT_EQ(usage.output_image, 33);
  EXPECT_TRUE(usage.known);
}

TEST(Splice, KnowsTheUsageThatAnyHopReported) {
  for (const bool first_known : {false, true}) {
    for (const bool second_known : {false, true}) {
      Splice splice;
      Finished first = End(1, 1, "\"t\"");
      first.usage.known = first_known;
      AddText(splice, "one", first);
      splice.Continue();
      Finished second = End(1, 1);
      second.usage.known = second_known;
      AddText(splice, "two", second);
      EXPECT_EQ(std::get<Finished>(All(splice).back()).usage.known, first_known || second_known);
    }
  }
}

TEST(Splice, NamesTheSearchesAndPagesOfAllHops) {
  Splice splice;
  Finished first = End(1, 1, "\"t\"");
  first.choices.front().web = {
      {"q1"}, {{"https://found1", "", false}}, {{"https://read1", "", false}}};
  AddText(splice, "one", first);
  splice.Continue();
  Finished second = End(1, 1);
  second.choices.front().web = {
      {"q2"}, {{"https://found2", "", false}}, {{"https://read2", "", false}}};
  AddText(splice, "two", second);
  const WebUse web = std::get<Finished>(All(splice).back()).choices.front().web;
  EXPECT_EQ(web.queries, (std::vector<std::string>{"q1", "q2"}));
  ASSERT_EQ(web.found.size(), 2U);
  EXPECT_EQ(web.found[0].url, "https://found1");
  EXPECT_EQ(web.found[1].url, "https://found2");
  ASSERT_EQ(web.fetched.size(), 2U);
  EXPECT_EQ(web.fetched[0].url, "https://read1");
  EXPECT_EQ(web.fetched[1].url, "https://read2");
}

void AddBlock(Splice& splice, BlockKind kind, const std::string& text, const std::string& signature,
              Finished finished) {
  splice.Add(Started{"id", "model"});
  splice.Add(BlockStarted{0, kind, {}, {}, {}, {}});
  splice.Add(BlockDelta{0, text, {}});
  splice.Add(BlockStopped{0, signature});
  splice.Add(std::move(finished));
}

/// The kinds of the blocks of a response of two hops, each of which has one block.
std::string Kinds(BlockKind first, const std::string& signature, BlockKind second) {
  Splice splice;
  AddBlock(splice, first, "one", signature, End(1, 1, "\"t\""));
  splice.Continue();
  AddBlock(splice, second, "two", {}, End(1, 1));
  const Events events = All(splice);
  EXPECT_EQ(test::GrammarProblem(events), "");
  std::string kinds;
  for (const Event& event : events) {
    if (const auto* block = std::get_if<BlockStarted>(&event)) {
      kinds += block->kind == BlockKind::kText ? "text " : "thought ";
    }
  }
  return kinds;
}

TEST(Splice, JoinsOnlyUnsignedTexts) {
  EXPECT_EQ(Kinds(BlockKind::kText, "", BlockKind::kText), "text ");
  EXPECT_EQ(Kinds(BlockKind::kText, "signed", BlockKind::kText), "text text ");
  EXPECT_EQ(Kinds(BlockKind::kText, "", BlockKind::kThought), "text thought ");
  EXPECT_EQ(Kinds(BlockKind::kThought, "", BlockKind::kThought), "thought thought ");
  EXPECT_EQ(Kinds(BlockKind::kThought, "", BlockKind::kText), "thought text ");
}

TEST(Splice, KeepsTheBlocksOfOneHopApart) {
  Splice splice;
  splice.Add(Started{"id", "model"});
  for (const char* text : {"a", "b"}) {
    splice.Add(BlockStarted{});
    splice.Add(BlockDelta{0, text, {}});
    splice.Add(BlockStopped{});
  }
  splice.Add(End(1, 1));
  EXPECT_EQ(test::Show(All(splice)),
            "started id=id model=model\nblock 0 text\ndelta 0 a\nstop 0\nblock 0 text\n"
            "delta 0 b\nstop 0\nfinished 0=stop in=1 cached=0 out=1 thoughts=0\n");
}

TEST(Splice, EndsEveryBlockOfChoicesThatOverlap) {
  Splice splice;
  splice.Add(Started{"id", "model"});
  for (const int choice : {0, 1})
    splice.Add(BlockStarted{choice, BlockKind::kText, {}, {}, {}, {}});
  for (const int choice : {0, 1}) splice.Add(BlockStopped{choice, {}});
  Finished finished = End(1, 1);
  finished.choices.push_back({1, FinishReason::kStop, {}});
  splice.Add(std::move(finished));
  EXPECT_EQ(test::GrammarProblem(All(splice)), "");
}

TEST(Splice, StopsAfterThreeHopsWithoutContentWhateverTheirTokens) {
  Splice splice;
  AddText(splice, "one", End(10, 3, "\"0\""));
  for (int hop = 1; hop <= 3; ++hop) {
    ASSERT_TRUE(splice.token()) << hop;
    splice.Continue();
    splice.Add(Started{});
    splice.Add(End(10, 0, '"' + std::to_string(hop) + '"'));
  }
  EXPECT_FALSE(splice.token());
}

TEST(Splice, NeedsNoTokenAfterGivingUp) {
  Splice splice;
  AddText(splice, "one", End(10, 3, "\"t\""));
  ASSERT_TRUE(splice.token());
  splice.GiveUp();
  EXPECT_FALSE(splice.token());
}

TEST(Splice, AddsTheOutputOfAHopWithoutAChoice) {
  Splice splice;
  AddText(splice, "one", End(10, 3, "\"t\""));
  splice.Continue();
  Finished last;
  last.usage.output = 4;
  last.usage.known = true;
  splice.Add(Started{});
  splice.Add(std::move(last));
  const Events events = All(splice);
  EXPECT_EQ(std::get<Finished>(events.back()).usage.output, 7);
}

}  // namespace
}  // namespace agm::chat
