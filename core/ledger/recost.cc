#include "core/ledger/recost.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>
#include <vector>

#include "core/ledger/requests.h"
#include "core/ledger/totals.h"

namespace agm::ledger {
namespace {

using store::Connection;
using store::Row;
using store::Value;

constexpr std::size_t kChunk = 1000;
constexpr std::int64_t kQuartersADay = 96;
constexpr std::int64_t kQuartersAnHour = 4;
constexpr std::string_view kDigest = "prices";

Value OrNull(std::optional<Nano> nano) { return nano ? Value(*nano) : Value(nullptr); }

/// Sums of the rows of some totals, with their old and their new costs.
struct Rows {
  Totals before;
  Totals after;
  std::size_t changed = 0;
};

/// The key under which the file counts the entry: that of its quarter, or of its hour once the
/// quarters are folded. nullopt: its sum was deleted.
std::optional<TotalKey> KeyIn(const Totals& totals, const Entry& entry) {
  TotalKey key = KeyOf(entry);
  if (totals.contains(key)) return key;
  key.quarter = key.quarter / kQuartersAnHour * kQuartersAnHour;
  if (totals.contains(key)) return key;
  return std::nullopt;
}

Result<void> RecostRow(Connection& connection, const Logged& row, std::span<const Price> prices,
                       const Totals& totals, Rows& rows) {
  Entry entry = row.entry;
  SetCost(prices, entry);
  if (const auto key = KeyIn(totals, row.entry)) {
    rows.before[*key].Add(row.entry);
    rows.after[*key].Add(entry);
  }
  if (entry.cost == row.entry.cost) return {};
  ++rows.changed;
  return connection.Run("UPDATE request SET list_nano = ?, billed_nano = ? WHERE seq = ?",
                        {OrNull(entry.cost.list), OrNull(entry.cost.billed), row.seq});
}

Result<Rows> RecostRows(Connection& connection, std::span<const Price> prices, const Totals& totals,
                        Filter filter) {
  Rows rows;
  filter.after = 0;
  filter.limit = kChunk;
  for (;;) {
    const auto chunk = ReadRequests(connection, filter);
    if (!chunk) return chunk.error();
    if (chunk->empty()) return rows;
    for (const Logged& row : *chunk) {
      if (auto done = RecostRow(connection, row, prices, totals, rows); !done) {
        return std::move(done).error();
      }
    }
    filter.after = chunk->back().seq;
  }
}

/// The costs of the requests of a total that have no row, by their token counts. Their old costs
/// where no price is known.
Sums RecostRest(const TotalKey& key, Sums rest, std::span<const Price> prices) {
  const Price* price = FindPrice(prices, key.target, TimeOf(key.quarter));
  if (price == nullptr || rest.tokens.input + rest.tokens.output == 0) return rest;
  const Rate rate = ReadRate(key.rate);
  rest.list = CostOfSum(*price, rest.tokens, rate);
  rest.unpriced = 0;
  if (rate.billing != Billing::kPaid) return rest;
  rest.billed = rest.list;
  rest.unbilled = 0;
  return rest;
}

/// The amounts to be added to the file's sums; only costs differ.
Totals Differences(const Totals& totals, const Rows& rows, std::span<const Price> prices,
                   std::size_t& changed) {
  Totals differences;
  for (const auto& [key, sums] : totals) {
    const auto before = rows.before.find(key);
    Sums rest = sums;
    if (before != rows.before.end()) rest.Subtract(before->second);
    Sums now = RecostRest(key, rest, prices);
    if (rest.requests > 0 && now.list != rest.list) {
      changed += static_cast<std::size_t>(rest.requests);
    }
    const auto after = rows.after.find(key);
    if (after != rows.after.end()) now.Add(after->second);
    now.Subtract(sums);
    if (now.list != 0 || now.billed != 0 || now.unpriced != 0 || now.unbilled != 0) {
      differences.emplace(key, now);
    }
  }
  return differences;
}

Result<std::optional<std::string>> ReadDigest(Connection& connection) {
  std::optional<std::string> digest;
  auto done = connection.Query("SELECT value FROM setting WHERE name = ?", {kDigest},
                               [&](const Row& row) { digest = row.Text(0); });
  if (!done) return std::move(done).error();
  return digest;
}

Result<void> WriteDigest(Connection& connection, const std::string& digest) {
  return connection.Run(
      "INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = "
      "excluded.value",
      {kDigest, digest});
}

/// The first quarter that has a sum or a row.
Result<std::int64_t> FirstQuarter(Connection& connection, std::int64_t otherwise) {
  std::int64_t first = otherwise;
  auto done = connection.Query("SELECT min(quarter) FROM total", {}, [&](const Row& row) {
    if (!row.IsNull(0)) first = std::min(first, row.Int(0));
  });
  if (done) {
    done = connection.Query("SELECT min(at) FROM request", {}, [&](const Row& row) {
      if (!row.IsNull(0)) first = std::min(first, QuarterOf(WallTime(Duration(row.Int(0)))));
    });
  }
  if (!done) return std::move(done).error();
  return first;
}

}  // namespace

Result<std::size_t> Recost(Connection& connection, std::span<const Price> prices, WallTime since,
                           WallTime until) {
  const auto totals = ReadTotals(connection, since, until);
  if (!totals) return totals.error();
  Filter filter;
  filter.since = since;
  filter.until = until;
  const auto rows = RecostRows(connection, prices, *totals, filter);
  if (!rows) return rows.error();
  std::size_t changed = rows->changed;
  const Totals differences = Differences(*totals, *rows, prices, changed);
  if (auto added = AddTotals(connection, differences); !added) return std::move(added).error();
  return changed;
}

Result<std::size_t> RecostAll(const InTransaction& transact, std::span<const Price> prices,
                              const std::string& digest, WallTime now) {
  const std::int64_t end = QuarterOf(now) + kQuartersADay;
  std::int64_t first = end;
  auto done = transact([&](Connection& connection) -> Result<void> {
    const auto found = FirstQuarter(connection, end);
    if (!found) return found.error();
    first = *found / kQuartersAnHour * kQuartersAnHour;
    return {};
  });
  std::size_t changed = 0;
  for (std::int64_t day = first; done && day < end; day += kQuartersADay) {
    done = transact([&](Connection& connection) -> Result<void> {
      const auto recosted = Recost(connection, prices, TimeOf(day), TimeOf(day + kQuartersADay));
      if (!recosted) return recosted.error();
      changed += *recosted;
      return {};
    });
  }
  if (done)
    done = transact([&](Connection& connection) { return WriteDigest(connection, digest); });
  if (!done) return std::move(done).error();
  return changed;
}

Result<bool> NeedsRecost(Connection& connection, const std::string& digest) {
  const auto known = ReadDigest(connection);
  if (!known) return known.error();
  if (*known) return **known != digest;
  const auto first = FirstQuarter(connection, INT64_MAX);
  if (!first) return first.error();
  if (*first != INT64_MAX) return true;
  if (auto written = WriteDigest(connection, digest); !written) return std::move(written).error();
  return false;
}

}  // namespace agm::ledger
