#include "core/http/server/byte_budget.h"

#include <gtest/gtest.h>

namespace agm::http {
namespace {

constexpr std::size_t kStep = 16 * 1024;

TEST(ByteBudget, CountsInStepsSoThatSmallHoldersCostNothing) {
  ByteBudget budget;
  BudgetShare share(budget);
  for (const auto& [size, used] : {std::pair{kStep - 1, std::size_t{0}},
                                   {kStep, kStep},
                                   {3 * kStep - 1, 2 * kStep},
                                   {2 * kStep, 2 * kStep},
                                   {kStep + 1, kStep},
                                   {std::size_t{5}, std::size_t{0}}}) {
    EXPECT_TRUE(share.Resize(size));
    EXPECT_EQ(budget.used(), used) << size;
  }
}

TEST(ByteBudget, RefusesAShareThatWouldExceedTheRestAndLeavesItAsItWas) {
  ByteBudget budget;
  budget.SetLimit(4 * kStep);
  BudgetShare one(budget);
  BudgetShare two(budget);
  EXPECT_TRUE(one.Resize(3 * kStep));
  EXPECT_FALSE(two.Resize(2 * kStep));
  EXPECT_EQ(budget.used(), 3 * kStep);
  EXPECT_TRUE(two.Resize(kStep)) << "exactly the rest";
  EXPECT_FALSE(one.Resize(4 * kStep));
  EXPECT_EQ(budget.used(), 4 * kStep);
  EXPECT_TRUE(one.Resize(0));
  EXPECT_TRUE(two.Resize(4 * kStep));
}

TEST(ByteBudget, RefusesNoShareThatDoesNotGrowUnderALowerLimit) {
  ByteBudget budget;
  BudgetShare share(budget);
  EXPECT_TRUE(share.Resize(4 * kStep));
  budget.SetLimit(kStep);
  EXPECT_TRUE(share.Resize(4 * kStep));
  EXPECT_TRUE(share.Resize(3 * kStep));
  EXPECT_FALSE(share.Resize(4 * kStep));
  EXPECT_EQ(budget.used(), 3 * kStep);
}

TEST(ByteBudget, GetsItsBytesBackWhenTheHolderIsGone) {
  ByteBudget budget;
  {
    BudgetShare share(budget);
    EXPECT_TRUE(share.Resize(2 * kStep));
  }
  EXPECT_EQ(budget.used(), 0U);
}

}  // namespace
}  // namespace agm::http
