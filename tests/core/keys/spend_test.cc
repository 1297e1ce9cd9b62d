#include "core/keys/spend.h"

#include <gtest/gtest.h>

#include <chrono>

namespace agm::keys {
namespace {

using namespace std::chrono;

WallTime Day(int day) { return sys_days(year(2026) / 1 / 1) + days(day); }

TEST(Amount, AddsAndTakesEachOfItsSums) {
  Amount amount{1, 20, 300};
  amount += Amount{4, 50, 600};
  EXPECT_EQ(amount, (Amount{5, 70, 900}));
  amount -= Amount{1, 20, 300};
  EXPECT_EQ(amount, (Amount{4, 50, 600}));
}

TEST(Spend, SumsTheDaysOfAWindow) {
  Spend spend;
  spend.Add(Day(2), {1, 1, 1});
  spend.Add(Day(0), {10, 10, 10});
  spend.Add(Day(1), {100, 100, 100});
  spend.Add(Day(1), {100, 100, 100});
  EXPECT_EQ(spend.Sum(Day(0), Day(2)), (Amount{210, 210, 210}));
  EXPECT_EQ(spend.Sum(Day(1), Day(2)), (Amount{200, 200, 200}));
  EXPECT_EQ(spend.Sum(Day(1), Day(3)), (Amount{201, 201, 201}));
  EXPECT_EQ(spend.Sum(Day(3), Day(9)), Amount());
  spend.Clear();
  EXPECT_EQ(spend.Sum(Day(0), Day(9)), Amount());
}

TEST(Spend, KeepsSixtyFourDays) {
  Spend spend;
  for (int i = 0; i < 64; ++i) spend.Add(Day(i), {0, 0, 1});
  EXPECT_EQ(spend.Sum(Day(0), Day(100)).tokens, 64);
  spend.Add(Day(64), {0, 0, 1});
  EXPECT_EQ(spend.Sum(Day(0), Day(100)).tokens, 64);
  EXPECT_EQ(spend.Sum(Day(0), Day(1)).tokens, 0);
  EXPECT_EQ(spend.Sum(Day(1), Day(2)).tokens, 1);
}

}  // namespace
}  // namespace agm::keys
