#include "core/ledger/recost.h"

#include <optional>

#include "core/ledger/requests.h"
#include "core/ledger/totals.h"

namespace agm::ledger {
namespace {

constexpr std::size_t kChunk = 1000;

/// Whether the upstream billed the request, as its costs show.
Billing BillingOf(const Cost& cost) {
  if (!cost.billed) return Billing::kUnknown;
  return *cost.billed == 0 && cost.list != cost.billed ? Billing::kFree : Billing::kPaid;
}

/// The change of one cost, as a sum and as a change of the count of unknown ones.
void AddChange(std::optional<Nano> before, std::optional<Nano> after, Nano& sum,
               std::int64_t& unknown) {
  sum += after.value_or(0) - before.value_or(0);
  unknown += (before ? 1 : 0) - (after ? 1 : 0);
}

store::Value OrNull(std::optional<Nano> nano) {
  return nano ? store::Value(*nano) : store::Value(nullptr);
}

Result<std::size_t> RecostRows(store::Connection& connection, const std::vector<Logged>& rows,
                               std::span<const Price> prices, Totals& changes) {
  std::size_t changed = 0;
  for (const Logged& row : rows) {
    Entry entry = row.entry;
    const Cost before = entry.cost;
    entry.billing = BillingOf(before);
    entry.cost = CostOf(prices, entry);
    if (!entry.tokens.known || entry.cost == before) continue;
    auto written = connection.Run("UPDATE request SET list_nano = ?, billed_nano = ? WHERE seq = ?",
                                  {OrNull(entry.cost.list), OrNull(entry.cost.billed), row.seq});
    if (!written) return std::move(written).error();
    Sums& sums = changes[KeyOf(entry)];
    const bool answered = entry.status < 400;
    std::int64_t unpriced = 0;
    std::int64_t unbilled = 0;
    AddChange(before.list, entry.cost.list, sums.list, unpriced);
    AddChange(before.billed, entry.cost.billed, sums.billed, unbilled);
    sums.unpriced += answered ? unpriced : 0;
    sums.unbilled += answered ? unbilled : 0;
    ++changed;
  }
  return changed;
}

}  // namespace

Result<std::size_t> Recost(store::Connection& connection, std::span<const Price> prices) {
  std::size_t changed = 0;
  Totals changes;
  Filter filter;
  filter.after = 0;
  filter.limit = kChunk;
  for (;;) {
    const auto rows = ReadRequests(connection, filter);
    if (!rows) return rows.error();
    if (rows->empty()) break;
    const auto done = RecostRows(connection, *rows, prices, changes);
    if (!done) return done.error();
    changed += *done;
    filter.after = rows->back().seq;
  }
  if (auto added = AddTotals(connection, changes); !added) return std::move(added).error();
  return changed;
}

}  // namespace agm::ledger
