#include "core/chat/response.h"

#include <gtest/gtest.h>

#include "tests/support/event_grammar.h"

namespace agm::chat {
namespace {

Response Sample() {
  Response response;
  response.id = "r1";
  response.model_version = "m1";
  Choice choice;
  choice.blocks = {Thought{"hm", "s0"}, Text{"a", "s1"}, Text{"b", ""}, Text{"", "s2"}};
  ToolCall call{"c1", "f", "{}", ToolKind::kFunction, "s3"};
  choice.blocks.emplace_back(call);
  call = {"c2", "patch", "***", ToolKind::kCustom, ""};
  choice.blocks.emplace_back(call);
  Media image;
  image.mime = "image/png";
  image.data = "AAAA";
  image.signature = "s4";
  choice.blocks.emplace_back(image);
  choice.finish = FinishReason::kToolCalls;
  choice.citations.push_back({0, 1, "https://a.example", "A"});
  choice.logprobs.push_back({"a", -0.5, {{"b", -1}}});
  response.choices.push_back(choice);
  Choice refused;
  refused.index = 2;
  refused.blocks = {Refusal{"no"}};
  refused.finish = FinishReason::kContentFilter;
  response.choices.push_back(refused);
  response.usage.input = 3;
  response.usage.known = true;
  response.extra["gemini.x"] = "1";
  return response;
}

TEST(Unfold, GivesEventsThatObeyTheGrammar) {
  EXPECT_EQ(test::GrammarProblem(Unfold(Sample())), "");
}

TEST(Fold, UndoesUnfold) {
  Fold fold;
  for (Event& event : Unfold(Sample())) fold.Add(std::move(event));
  const auto response = std::move(fold).Finish();
  ASSERT_TRUE(response);
  EXPECT_TRUE(*response == Sample());
}

TEST(Fold, FailsWithTheFailureOfTheStream) {
  Fold fold;
  fold.Add(Started{});
  fold.Add(Failed{Fail(ErrorCode::kTimeout, "too slow")});
  const auto response = std::move(fold).Finish();
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::kTimeout);
}

TEST(Fold, CallsAStreamWithoutAnEndBroken) {
  Fold fold;
  fold.Add(Started{});
  const auto response = std::move(fold).Finish();
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::kUpstreamUnavailable);
}

TEST(Grammar, SeesEachKindOfMistake) {
  Finished finished;
  finished.choices.push_back({0, FinishReason::kStop, {}});
  const auto problem = [](std::vector<Event> events) {
    const std::string text = test::GrammarProblem(events);
    return text.substr(0, text.find('\n'));
  };
  EXPECT_EQ(problem({Started{}, finished}), "");
  EXPECT_EQ(problem({BlockStarted{}}), "event 0 comes before Started");
  EXPECT_EQ(problem({Started{}, Started{}}), "event 1 is a second Started");
  EXPECT_EQ(problem({Started{}, BlockStarted{}, BlockStarted{}}),
            "event 2 opens a block inside a block");
  EXPECT_EQ(problem({Started{}, BlockDelta{0, "x", {}}}), "event 1 is a delta outside a block");
  EXPECT_EQ(problem({Started{}, BlockStarted{}, BlockDelta{}}), "event 2 is an empty delta");
  EXPECT_EQ(problem({Started{}, BlockStopped{}}), "event 1 stops a block that is not open");
  EXPECT_EQ(problem({Started{}, BlockStarted{}, finished}), "event 2 comes while a block is open");
  EXPECT_EQ(problem({Started{}, Finished{}}), "event 1 finishes no choice");
  EXPECT_EQ(problem({Started{}, finished, Started{}}), "event 2 comes behind the end");
  EXPECT_EQ(problem({Started{}}), "the events have no end");
  BlockStarted call;
  call.kind = BlockKind::kToolCall;
  EXPECT_EQ(problem({Started{}, call}), "event 1 is a call whose id is empty or was used");
  BlockStarted other;
  other.choice = 1;
  EXPECT_EQ(problem({Started{}, other, BlockStopped{1, ""}, finished}),
            "event 3 leaves a choice unfinished");
}

TEST(Unfold, LeavesOutTheResultOfATool) {
  Response response;
  response.choices.push_back({0, {ToolResult{}, Text{"a", {}}}, FinishReason::kStop, {}});
  EXPECT_EQ(test::Show(Unfold(std::move(response))),
            "started id= model=\nblock 0 text\ndelta 0 a\nstop 0\n"
            "finished 0=stop in=0 cached=0 out=0 thoughts=0 unknown\n");
}

}  // namespace
}  // namespace agm::chat
