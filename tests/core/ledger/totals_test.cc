#include "core/ledger/totals.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "core/ledger/schema.h"
#include "tests/core/ledger/entries.h"
#include "tests/support/temp_dir.h"

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

TEST(Totals, CountWhatARequestWas) {
  Sums sums;
  Entry entry = Answered();
  entry.cost = {12, 7};
  sums.Add(entry);
  EXPECT_EQ(sums.requests, 1);
  EXPECT_EQ(sums.errors, 0);
  EXPECT_EQ(sums.cancelled, 0);
  EXPECT_EQ(sums.tokens, entry.tokens);
  EXPECT_EQ(sums.list, 12);
  EXPECT_EQ(sums.billed, 7);
  EXPECT_EQ(sums.unpriced, 0);
  EXPECT_EQ(sums.unbilled, 0);
  entry.cost = {12, std::nullopt};
  entry.ended_by = "client";
  sums.Add(entry);
  EXPECT_EQ(sums.cancelled, 1);
  EXPECT_EQ(sums.list, 24);
  EXPECT_EQ(sums.unpriced, 0);
  EXPECT_EQ(sums.unbilled, 1);
}

TEST(Totals, CountAnUnknownCostOnlyOfAnAnsweredCall) {
  Sums sums;
  Entry entry = Answered();
  sums.Add(entry);
  EXPECT_EQ(sums.unpriced, 1);
  EXPECT_EQ(sums.unbilled, 1);
  sums.Add(Failed());
  EXPECT_EQ(sums.errors, 1);
  EXPECT_EQ(sums.unpriced, 1);
  entry.calls_model = false;
  sums.Add(entry);
  EXPECT_EQ(sums.unpriced, 1);
  EXPECT_EQ(sums.unbilled, 1);
  entry.status = 400;
  entry.calls_model = true;
  sums.Add(entry);
  EXPECT_EQ(sums.unbilled, 1);
}

TEST(Totals, HaveAKeyForWhatTheirPriceDependsOn) {
  Entry entry = Answered();
  entry.tier = "flex";
  const TotalKey key = KeyOf(entry);
  EXPECT_EQ(key.quarter, QuarterOf(kNoon));
  EXPECT_EQ(key.caller, "laptop");
  EXPECT_EQ(key.target, "gemini-2.5-flash");
  EXPECT_EQ(key.account, "work");
  EXPECT_EQ(key.rate, "flex");
}

TEST(Totals, DivideTimeIntoQuartersOfAnHour) {
  EXPECT_EQ(QuarterOf(kNoon), QuarterOf(kNoon + kQuarter - Duration(1)));
  EXPECT_EQ(QuarterOf(kNoon + kQuarter), QuarterOf(kNoon) + 1);
  EXPECT_EQ(TimeOf(QuarterOf(kNoon + Duration(1))), kNoon);
  EXPECT_EQ(QuarterOf(WallTime(Duration(-1))), -1);
}

class TotalsFile : public testing::Test {
 protected:
  void Add(const Totals& totals) {
    EXPECT_TRUE(database_->Transact(
        [&](store::Connection& connection) { return AddTotals(connection, totals); }));
  }
  Totals Read(WallTime since, WallTime until) {
    Totals totals;
    EXPECT_TRUE(database_->Read([&](store::Connection& connection) -> Result<void> {
      auto read = ReadTotals(connection, since, until);
      if (!read) return read.error();
      totals = *std::move(read);
      return {};
    }));
    return totals;
  }
  Totals All() { return Read(kNoon - kDay, kNoon + kDay); }
  void Fold(WallTime oldest, WallTime fine) {
    EXPECT_TRUE(database_->Transact(
        [&](store::Connection& connection) { return FoldTotals(connection, oldest, fine); }));
  }
  static TotalKey KeyAt(WallTime at, const std::string& caller = "laptop") {
    return {QuarterOf(at), caller, "gemini", "work", "flex"};
  }
  static Sums Some(std::int64_t base) {
    Sums sums;
    sums.requests = base;
    sums.errors = base + 1;
    sums.cancelled = base + 2;
    sums.tokens = {base + 3, base + 4, base + 5,  base + 6, base + 7,
                   base + 8, base + 9, base + 10, true};
    sums.list = base + 11;
    sums.billed = base + 12;
    sums.unpriced = base + 13;
    sums.unbilled = base + 14;
    return sums;
  }
  static constexpr std::chrono::hours kDay{24};

  test::TempDir folder_;
  std::unique_ptr<store::Database> database_ =
      store::Database::Open(folder_.path(), Duration(2000), RequestsFile());
};

TEST_F(TotalsFile, AddsToWhatItHolds) {
  Add({{KeyAt(kNoon), Some(1)}, {KeyAt(kNoon, "phone"), Some(50)}});
  Add({{KeyAt(kNoon), Some(100)}});
  Sums sum = Some(1);
  sum.Add(Some(100));
  EXPECT_EQ(All(), (Totals{{KeyAt(kNoon), sum}, {KeyAt(kNoon, "phone"), Some(50)}}));
}

TEST_F(TotalsFile, GivesTheQuartersThatBeginInASpan) {
  for (int i = 0; i < 4; ++i) Add({{KeyAt(kNoon + i * kQuarter), Some(i)}});
  EXPECT_EQ(Read(kNoon + kQuarter, kNoon + 3 * kQuarter),
            (Totals{{KeyAt(kNoon + kQuarter), Some(1)}, {KeyAt(kNoon + 2 * kQuarter), Some(2)}}));
  EXPECT_EQ(Read(kNoon + kQuarter, kNoon + kQuarter + Duration(1)),
            (Totals{{KeyAt(kNoon + kQuarter), Some(1)}}));
  EXPECT_TRUE(Read(kNoon + kDay, kNoon + 2 * kDay).empty());
}

TEST_F(TotalsFile, FoldsOldQuartersIntoTheirHours) {
  for (int i = 0; i < 8; ++i) Add({{KeyAt(kNoon + i * kQuarter), Some(i)}});
  Add({{KeyAt(kNoon + kQuarter, "phone"), Some(50)}});
  Fold(kNoon - kDay, kNoon + 7 * kQuarter);
  Sums hour = Some(0);
  for (int i = 1; i < 4; ++i) hour.Add(Some(i));
  Totals expected{{KeyAt(kNoon), hour}, {KeyAt(kNoon, "phone"), Some(50)}};
  for (int i = 4; i < 8; ++i) expected[KeyAt(kNoon + i * kQuarter)] = Some(i);
  EXPECT_EQ(All(), expected);
  Fold(kNoon - kDay, kNoon + 7 * kQuarter);
  EXPECT_EQ(All(), expected);
}

TEST_F(TotalsFile, ForgetsWhatIsTooOld) {
  for (int i = 0; i < 4; ++i) Add({{KeyAt(kNoon + i * kQuarter), Some(i)}});
  Fold(kNoon + 2 * kQuarter, kNoon);
  EXPECT_EQ(All(), (Totals{{KeyAt(kNoon + 2 * kQuarter), Some(2)},
                           {KeyAt(kNoon + 3 * kQuarter), Some(3)}}));
}

TEST_F(TotalsFile, FoldsMoreThanOneRunReads) {
  Totals many;
  for (int i = 0; i < 2'100; ++i) many[KeyAt(kNoon + kQuarter, std::to_string(i))] = Some(i);
  many[KeyAt(kNoon + 5 * kQuarter)] = Some(7);
  Add(many);
  Fold(kNoon - kDay, kNoon + kDay);
  EXPECT_EQ(Read(kNoon, kNoon + kQuarter).size(), 2'100U);
  EXPECT_TRUE(Read(kNoon + kQuarter, kNoon + 2 * kQuarter).empty());
  EXPECT_EQ(Read(kNoon + 5 * kQuarter, kNoon + 6 * kQuarter).size(), 1U);
  Fold(kNoon - kDay, kNoon + kDay);
  EXPECT_EQ(Read(kNoon + 4 * kQuarter, kNoon + 5 * kQuarter),
            (Totals{{KeyAt(kNoon + 4 * kQuarter), Some(7)}}));
}

}  // namespace
}  // namespace agm::ledger
