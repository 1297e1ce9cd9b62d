#include "core/gateway/shared_totals.h"

#include <gtest/gtest.h>

namespace agm::gateway {
namespace {

TEST(SharedTotals, AreReadAsTheyWereWritten) {
  ledger::Totals totals;
  std::int64_t next = 1;
  for (const char* caller : {"ci", "home \"quoted\""}) {
    ledger::Sums& sums = totals[{1'234'567, caller, "gemini-2.5-flash", "work", "batch"}];
    sums.requests = next++;
    sums.errors = next++;
    sums.cancelled = next++;
    sums.tokens = {next++, next++, next++, next++, next++, next++, next++, next++, true};
    sums.list = next++;
    sums.billed = next++;
    sums.unpriced = next++;
    sums.unbilled = next++;
  }
  const auto read = ReadTotals("machine/308641", WriteTotals("node 1", totals));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->machine, "machine");
  EXPECT_EQ(read->node, "node 1");
  EXPECT_EQ(read->totals, totals);
  EXPECT_FALSE(ReadTotals("machine", "{}"));
  EXPECT_FALSE(ReadTotals("machine/1", "no JSON"));
}

}  // namespace
}  // namespace agm::gateway
