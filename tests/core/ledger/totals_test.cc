#include "core/ledger/totals.h"

#include <gtest/gtest.h>

#include <string>

namespace agm::ledger {
namespace {

Entry Asking(const std::string& target, int status) {
  Entry entry;
  entry.target = target;
  entry.status = status;
  entry.calls_model = true;
  return entry;
}

TEST(Totals, CountAModelThatNobodyServesAsOther) {
  EXPECT_EQ(KeyOf(Asking("gemini-2.5-flash", 429)).target, "gemini-2.5-flash") << "it has a price";
  EXPECT_EQ(KeyOf(Asking("llama3.3", 200)).target, "llama3.3") << "it has answered";
  EXPECT_EQ(KeyOf(Asking("invented", 400)).target, "other");
  EXPECT_EQ(KeyOf(Asking("invented", 404)).target, "other");
  Entry priced = Asking("own-model", 503);
  priced.has_price = true;
  EXPECT_EQ(KeyOf(priced).target, "own-model");
}

TEST(Totals, AddUpEveryCountAndTakeItAwayAgain) {
  Sums some;
  some.requests = 1;
  some.errors = 2;
  some.cancelled = 3;
  some.tokens = {4, 5, 6, 7, 8, 9, 10, 11, true};
  some.list = 12;
  some.billed = 13;
  some.unpriced = 14;
  some.unbilled = 15;
  Sums sum;
  sum.Add(some);
  EXPECT_EQ(sum, some);
  sum.Add(some);
  EXPECT_EQ(sum.tokens.cached, 10);
  EXPECT_EQ(sum.unbilled, 30);
  sum.Subtract(some);
  EXPECT_EQ(sum, some);
}

}  // namespace
}  // namespace agm::ledger
