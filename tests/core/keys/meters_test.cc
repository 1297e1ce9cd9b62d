#include "core/keys/meters.h"

#include <gtest/gtest.h>

#include <string>

namespace agm::keys {
namespace {

using namespace std::chrono_literals;

const WallTime kNoon = std::chrono::sys_days(std::chrono::year(2026) / 11 / 28) + 12h;

ledger::Entry Spending(const std::string& caller, ledger::Nano list) {
  ledger::Entry entry;
  entry.at = kNoon;
  entry.caller = caller;
  entry.tokens.known = true;
  entry.tokens.input = 10;
  entry.cost.list = list;
  entry.cost.billed = list;
  return entry;
}

std::int64_t SpentToday(Meter& meter) {
  Limits limits;
  limits.budget.day = 1'000'000;
  const Standing standing = meter.Now(limits, TimeZone::Utc(), kNoon, TimePoint(1h));
  return standing.budget_day ? standing.budget_day->used : -1;
}

TEST(Meters, GiveAKeyTheSameMeterOverEveryReload) {
  Meters meters;
  const auto ci = meters.Of("ci");
  ASSERT_NE(ci, nullptr);
  EXPECT_EQ(meters.Of("ci"), ci);
  EXPECT_NE(meters.Of("home"), ci);
}

TEST(Meters, CountARequestAtTheKeyThatMadeIt) {
  Meters meters;
  const auto ci = meters.Of("ci");
  const auto home = meters.Of("home");
  meters.Count(Spending("ci", 700));
  meters.Count(Spending("ci", 50));
  meters.Count(Spending("a key that is gone", 9));
  EXPECT_EQ(SpentToday(*ci), 750);
  EXPECT_EQ(SpentToday(*home), 0);
}

TEST(Meters, LoadReplacesWhatWasCounted) {
  Meters meters;
  const auto ci = meters.Of("ci");
  meters.Count(Spending("ci", 700));
  ledger::Totals totals;
  const ledger::Entry entry = Spending("ci", 40);
  totals[ledger::KeyOf(entry)].Add(entry);
  meters.Load(totals);
  EXPECT_EQ(SpentToday(*ci), 40);
}

}  // namespace
}  // namespace agm::keys
