#include "core/chat/thought_filter.h"

#include <gtest/gtest.h>

#include <vector>

namespace agm::chat {
namespace {

Event Start(int choice, BlockKind kind) {
  BlockStarted started;
  started.choice = choice;
  started.kind = kind;
  return started;
}

// Two choices whose blocks overlap: the first one thinks while the second one speaks.
std::vector<Event> Overlapping() {
  return {Started{},
          Start(0, BlockKind::kThought),
          Start(1, BlockKind::kText),
          BlockDelta{0, "hm", {}},
          BlockDelta{1, "a", {}},
          BlockStopped{0, "c2ln"},
          Start(0, BlockKind::kToolCall),
          BlockStopped{1, {}},
          Start(1, BlockKind::kThought),
          BlockDelta{1, "hm", {}},
          BlockStopped{1, {}},
          BlockStopped{0, {}},
          Finished{}};
}

std::vector<bool> Passing(bool show) {
  ThoughtFilter filter(show);
  std::vector<bool> passing;
  for (const Event& event : Overlapping()) passing.push_back(filter.Passes(event));
  return passing;
}

TEST(ThoughtFilter, LeavesOutThoughtsOfEveryChoice) {
  EXPECT_EQ(Passing(false), (std::vector<bool>{true, false, true, false, true, false, true, true,
                                               false, false, false, true, true}));
}

TEST(ThoughtFilter, PassesEverythingWhereTheClientWantsThoughts) {
  EXPECT_EQ(Passing(true), std::vector<bool>(Overlapping().size(), true));
}

}  // namespace
}  // namespace agm::chat
