#include "core/ledger/recost.h"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <memory>

#include "core/ledger/price_list.h"
#include "core/ledger/requests.h"
#include "core/ledger/schema.h"
#include "core/ledger/totals.h"
#include "core/store/database.h"

namespace agm::ledger {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kDay{1'795'262'400'000ms};

constexpr Nano kMilli = 1'000'000;  ///< a thousandth of a dollar

constexpr std::array kWrong = {Price{.match = "a", .input = 1'000'000}};
constexpr std::array kRight = {
    Price{.match = "a", .input = 3'000'000, .long_above = 200'000, .long_input = 6'000'000},
    Price{.match = "b", .input = 5'000'000}};

Entry EntryOf(const std::string& model, Billing billing, std::int64_t input = 100'000,
              const std::string& tier = "") {
  Entry entry;
  entry.at = kDay;
  entry.id = "req_" + model;
  entry.target = model;
  entry.status = 200;
  entry.calls_model = true;
  entry.billing = billing;
  entry.tier = tier;
  entry.tokens = {input, 0, 0, 0, 0, 0, 0, 0, true};
  SetCost(kWrong, entry);
  return entry;
}

class RecostTest : public testing::Test {
 protected:
  void Write(const std::vector<Entry>& entries) {
    Do([&](store::Connection& connection) -> Result<void> {
      Totals totals;
      for (const Entry& entry : entries) totals[KeyOf(entry)].Add(entry);
      auto written = WriteRequests(connection, entries);
      return written ? AddTotals(connection, totals) : written;
    });
  }
  void Do(const store::Database::Work& work) { EXPECT_TRUE(database_->Transact(work)); }
  std::size_t RecostWith(std::span<const Price> prices, const std::string& digest = "d") {
    const auto changed =
        RecostAll([&](const store::Database::Work& work) { return database_->Transact(work); },
                  prices, digest, kDay + 1h);
    EXPECT_TRUE(changed);
    return changed ? *changed : 0;
  }
  Sums Total() {
    Sums sum;
    Do([&](store::Connection& connection) -> Result<void> {
      const auto totals = ReadTotals(connection, kDay - 24h, kDay + 24h);
      for (const auto& [key, sums] : *totals) sum.Add(sums);
      return {};
    });
    return sum;
  }
  Nano ListOfRows() {
    Nano nano = 0;
    Do([&](store::Connection& connection) -> Result<void> {
      const auto rows = ReadRequests(connection, {});
      for (const Logged& row : *rows) nano += row.entry.cost.list.value_or(0);
      return {};
    });
    return nano;
  }
  void Sql(std::string_view sql) {
    Do([&](store::Connection& connection) { return connection.Run(sql); });
  }

  std::unique_ptr<store::Database> database_ = store::Database::OpenInMemory(RequestsFile());
};

TEST_F(RecostTest, CorrectsRowsAndTotalsByTheSameAmount) {
  Write({EntryOf("a", Billing::kPaid), EntryOf("b", Billing::kFree)});
  EXPECT_EQ(Total().list, 100'000'000);
  EXPECT_EQ(Total().unpriced, 1);
  EXPECT_EQ(RecostWith(kRight), 2U);
  const Sums after = Total();
  EXPECT_EQ(after.list, 800'000'000);
  EXPECT_EQ(after.billed, 300'000'000);
  EXPECT_EQ(after.unpriced, 0);
  EXPECT_EQ(after.requests, 2);
  EXPECT_EQ(after.tokens.input, 200'000);
  EXPECT_EQ(ListOfRows(), after.list);
  EXPECT_EQ(RecostWith(kRight), 0U);
}

// Rows are kept for days, totals for a year; a budget is a month's sum.
TEST_F(RecostTest, CorrectsTotalsWhoseRowsAreGone) {
  const std::vector<Entry> entries = {
      EntryOf("a", Billing::kPaid), EntryOf("a", Billing::kPaid, 300'000),
      EntryOf("a", Billing::kPaid, 100'000, "flex"), EntryOf("a", Billing::kFree),
      EntryOf("b", Billing::kUnknown)};
  Write(entries);
  RecostWith(kRight);
  const Sums with_rows = Total();
  database_ = store::Database::OpenInMemory(RequestsFile());
  Write(entries);
  Sql("DELETE FROM request WHERE seq <> 1");  // the row of one of them is left
  EXPECT_EQ(RecostWith(kRight), 5U);
  EXPECT_EQ(Total(), with_rows);
  EXPECT_EQ(Total().list, (300 + 1800 + 150 + 300 + 500) * kMilli);
  EXPECT_EQ(Total().billed, (300 + 1800 + 150) * kMilli);
  EXPECT_EQ(Total().unbilled, 1);
}

TEST_F(RecostTest, FindsTheSumOfARowInItsFoldedHour) {
  Entry entry = EntryOf("a", Billing::kPaid);
  entry.at = kDay + 50min;
  Write({entry});
  Do([](store::Connection& connection) { return FoldTotals(connection, kDay - 24h, kDay + 24h); });
  EXPECT_EQ(RecostWith(kRight), 1U);
  EXPECT_EQ(Total().list, 300'000'000);
  EXPECT_EQ(Total().requests, 1);
}

TEST_F(RecostTest, KeepsCostsOfModelsWithoutAPrice) {
  Write({EntryOf("a", Billing::kPaid)});
  Sql("DELETE FROM request");
  EXPECT_EQ(RecostWith({}), 0U);
  EXPECT_EQ(Total().list, 100'000'000);
}

TEST_F(RecostTest, APriceThatWasMissingIsBilledToo) {
  Write({EntryOf("b", Billing::kPaid)});
  Sql("DELETE FROM request");
  EXPECT_EQ(Total().unbilled, 1);
  EXPECT_EQ(RecostWith(kRight), 1U);
  EXPECT_EQ(Total().billed, 500 * kMilli);
  EXPECT_EQ(Total().unbilled, 0);
}

TEST_F(RecostTest, AModelThatCostsNothingHasAPriceToo) {
  for (const bool row : {true, false}) {
    database_ = store::Database::OpenInMemory(RequestsFile());
    Write({EntryOf("b", Billing::kFree)});
    if (!row) Sql("DELETE FROM request");
    EXPECT_EQ(Total().unpriced, 1);
    RecostWith(std::array{Price{.match = "b"}});
    EXPECT_EQ(Total().unpriced, 0) << row;
  }
}

TEST_F(RecostTest, CorrectsRowsWhoseTotalsAreGone) {
  Write({EntryOf("a", Billing::kPaid)});
  Sql("DELETE FROM total");
  EXPECT_EQ(RecostWith(kRight), 1U);
  EXPECT_EQ(ListOfRows(), 300 * kMilli);
}

TEST_F(RecostTest, CorrectsTheRowsOfEachDayOnce) {
  Entry first = EntryOf("a", Billing::kPaid);
  first.at = kDay - 23h;
  Entry second = EntryOf("a", Billing::kPaid);
  second.at = kDay + 2h;
  Write({first, second});
  EXPECT_EQ(RecostWith(kRight), 2U);
  EXPECT_EQ(Total().list, 600 * kMilli);
  EXPECT_EQ(ListOfRows(), 600 * kMilli);
}

TEST_F(RecostTest, IsNeededWhereThePricesChanged) {
  const auto needs = [&](const std::string& digest) {
    bool needed = false;
    Do([&](store::Connection& connection) -> Result<void> {
      const auto answer = NeedsRecost(connection, digest);
      needed = answer && *answer;
      return {};
    });
    return needed;
  };
  EXPECT_FALSE(needs("first")) << "a new file";
  Write({EntryOf("a", Billing::kPaid)});
  EXPECT_FALSE(needs("first"));
  EXPECT_TRUE(needs("second"));
  RecostWith(kRight, "second");
  EXPECT_FALSE(needs("second"));
}

TEST(Rate, IsReadAsItIsWritten) {
  for (const Rate& rate : {Rate{}, Rate{"flex", true, Billing::kFree}, Rate{"priority", false},
                           Rate{"", true, Billing::kUnknown}, Rate{"", false, Billing::kFree}}) {
    EXPECT_EQ(ReadRate(WriteRate(rate)), rate);
  }
  Entry entry = EntryOf("a", Billing::kPaid);
  entry.tier = "invented by a client";
  EXPECT_EQ(WriteRate(RateOf(entry)), "");
}

TEST(PriceList, HasADigestOfAllItsPrices) {
  const PriceList one({kRight.begin(), kRight.end()});
  EXPECT_EQ(one.digest(), PriceList({kRight.begin(), kRight.end()}).digest());
  EXPECT_NE(one.digest(), PriceList({kWrong.begin(), kWrong.end()}).digest());
  EXPECT_NE(PriceList().digest(), one.digest());
  EXPECT_EQ(one.rows().size(), ListPrices().size() + 2);
}

TEST(PriceList, KeepsTheTextsOfItsPricesItself) {
  std::string match = "model";
  std::string from = "2026-01-01";
  std::string until = "2026-12-31";
  const PriceList list({Price{.match = match, .from = from, .until = until}});
  for (std::string* text : {&match, &from, &until}) text->assign(text->size(), '#');
  EXPECT_EQ(list.rows().front().match, "model");
  EXPECT_EQ(list.rows().front().from, "2026-01-01");
  EXPECT_EQ(list.rows().front().until, "2026-12-31");
}

}  // namespace
}  // namespace agm::ledger
