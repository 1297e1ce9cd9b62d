#include <gtest/gtest.h>

#include <string>

#include "core/replay/player.h"

namespace agm::replay {
namespace {

TEST(Normal, KnowsATimeByItsTenDigits) {
  EXPECT_EQ(Normal("at 1700000000."), "at 0.");
  for (const char* other :
       {"at 170000000", "at 17000000000", "at 2700000000", "at 17000-0000", "at 170000000_"}) {
    EXPECT_EQ(Normal(other), other);
  }
}

TEST(Normal, KnowsAWaitByItsPreposition) {
  EXPECT_EQ(Normal("try again in 18s"), "try again in #s");
  EXPECT_EQ(Normal("in 7s."), "in #s.");
  for (const char* other : {"for 18s", "in s", "in 18", "in 18m", "in 1x8s", "in18s", "in  18s"}) {
    EXPECT_EQ(Normal(other), other);
  }
}

TEST(Normal, LeavesOutCommentsAtTheBeginningOfALine) {
  EXPECT_EQ(Normal(": keep-alive\n\ndata: a\n\n: keep-alive\n\n"), "data: a\n\n");
  EXPECT_EQ(Normal("data: x: keep-alive\n\n"), "data: x: keep-alive\n\n");
}

}  // namespace
}  // namespace agm::replay
