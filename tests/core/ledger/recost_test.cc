#include "core/ledger/recost.h"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <memory>

#include "core/ledger/requests.h"
#include "core/ledger/schema.h"
#include "core/ledger/totals.h"
#include "core/store/database.h"

namespace agm::ledger {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kDay{1'795'262'400'000ms};

Entry EntryOf(const std::string& model, Billing billing, std::span<const Price> prices) {
  Entry entry;
  entry.at = kDay;
  entry.id = "req_" + model;
  entry.target = model;
  entry.status = 200;
  entry.calls_model = true;
  entry.billing = billing;
  entry.tokens = {1'000'000, 0, 0, 0, 0, 0, 0, 0, true};
  entry.cost = CostOf(prices, entry);
  return entry;
}

Sums TotalOf(store::Connection& connection) {
  Sums sum;
  const auto totals = ReadTotals(connection, kDay - 24h, kDay + 24h);
  for (const auto& [key, sums] : *totals) sum.Add(sums);
  return sum;
}

TEST(Recost, CorrectsRowsAndTotalsByTheSameAmount) {
  const std::array wrong = {Price{.match = "a", .input = 1'000'000}};
  const std::array right = {Price{.match = "a", .input = 3'000'000},
                            Price{.match = "b", .input = 5'000'000}};
  auto database = store::Database::OpenInMemory(RequestsFile());
  const auto done = database->Transact([&](store::Connection& connection) -> Result<void> {
    const std::vector<Entry> entries = {EntryOf("a", Billing::kPaid, wrong),
                                        EntryOf("b", Billing::kFree, wrong)};
    Totals totals;
    for (const Entry& entry : entries) totals[KeyOf(entry)].Add(entry);
    EXPECT_TRUE(WriteRequests(connection, entries));
    EXPECT_TRUE(AddTotals(connection, totals));
    EXPECT_EQ(TotalOf(connection).list, 1'000'000'000);
    EXPECT_EQ(TotalOf(connection).unpriced, 1);
    const auto changed = Recost(connection, right);
    EXPECT_TRUE(changed);
    EXPECT_EQ(*changed, 2U);
    const Sums after = TotalOf(connection);
    EXPECT_EQ(after.list, 8'000'000'000);
    EXPECT_EQ(after.billed, 3'000'000'000);
    EXPECT_EQ(after.unpriced, 0);
    EXPECT_EQ(after.requests, 2);
    Nano rows = 0;
    const auto logged = ReadRequests(connection, {});
    for (const Logged& row : *logged) rows += row.entry.cost.list.value_or(0);
    EXPECT_EQ(rows, after.list);
    EXPECT_EQ(*Recost(connection, right), 0U);
    return {};
  });
  EXPECT_TRUE(done);
}

}  // namespace
}  // namespace agm::ledger
