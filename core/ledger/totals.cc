#include "core/ledger/totals.h"

#include <fmt/format.h>

#include "core/ledger/price.h"

namespace agm::ledger {
namespace {

using store::Connection;
using store::Row;

constexpr std::string_view kColumns =
    "requests, errors, cancelled, input, cached, output, thoughts, input_audio, input_image, "
    "output_audio, output_image, list_nano, billed_nano, unpriced, unbilled";

constexpr std::string_view kMerge =
    " ON CONFLICT DO UPDATE SET requests = requests + excluded.requests, "
    "errors = errors + excluded.errors, cancelled = cancelled + excluded.cancelled, "
    "input = input + excluded.input, cached = cached + excluded.cached, "
    "output = output + excluded.output, thoughts = thoughts + excluded.thoughts, "
    "input_audio = input_audio + excluded.input_audio, "
    "input_image = input_image + excluded.input_image, "
    "output_audio = output_audio + excluded.output_audio, "
    "output_image = output_image + excluded.output_image, "
    "list_nano = list_nano + excluded.list_nano, "
    "billed_nano = billed_nano + excluded.billed_nano, "
    "unpriced = unpriced + excluded.unpriced, unbilled = unbilled + excluded.unbilled";

Sums ReadSums(const Row& row, int at) {
  Sums sums;
  sums.requests = row.Int(at);
  sums.errors = row.Int(at + 1);
  sums.cancelled = row.Int(at + 2);
  sums.tokens = {row.Int(at + 3), row.Int(at + 4),  row.Int(at + 5),
                 row.Int(at + 6), row.Int(at + 7),  row.Int(at + 8),
                 row.Int(at + 9), row.Int(at + 10), true};
  sums.list = row.Int(at + 11);
  sums.billed = row.Int(at + 12);
  sums.unpriced = row.Int(at + 13);
  sums.unbilled = row.Int(at + 14);
  return sums;
}

/// Adds the counts `times` times.
void AddTokens(Tokens& sum, const Tokens& more, int times) {
  sum.input += times * more.input;
  sum.cached += times * more.cached;
  sum.output += times * more.output;
  sum.thoughts += times * more.thoughts;
  sum.input_audio += times * more.input_audio;
  sum.input_image += times * more.input_image;
  sum.output_audio += times * more.output_audio;
  sum.output_image += times * more.output_image;
  sum.known = true;
}

void AddSums(Sums& sums, const Sums& other, int times) {
  sums.requests += times * other.requests;
  sums.errors += times * other.errors;
  sums.cancelled += times * other.cancelled;
  AddTokens(sums.tokens, other.tokens, times);
  sums.list += times * other.list;
  sums.billed += times * other.billed;
  sums.unpriced += times * other.unpriced;
  sums.unbilled += times * other.unbilled;
}

}  // namespace

void Sums::Add(const Entry& entry) {
  ++requests;
  errors += entry.failed() ? 1 : 0;
  cancelled += entry.cancelled() ? 1 : 0;
  AddTokens(tokens, entry.tokens, 1);
  list += entry.cost.list.value_or(0);
  billed += entry.cost.billed.value_or(0);
  const bool answered = entry.calls_model && entry.status < 400;
  unpriced += answered && !entry.cost.list ? 1 : 0;
  unbilled += answered && !entry.cost.billed ? 1 : 0;
}

void Sums::Add(const Sums& other) { AddSums(*this, other, 1); }
void Sums::Subtract(const Sums& other) { AddSums(*this, other, -1); }

std::string_view CountedTarget(const Entry& entry) {
  const bool known = entry.target.empty() || entry.status < 400 || entry.has_price ||
                     FindPrice(ListPrices(), entry.target, entry.at) != nullptr;
  return known ? std::string_view(entry.target) : "other";
}

TotalKey KeyOf(const Entry& entry) {
  return {QuarterOf(entry.at), entry.caller, std::string(CountedTarget(entry)), entry.account,
          WriteRate(RateOf(entry))};
}

Result<void> AddTotals(Connection& connection, const Totals& totals) {
  static const std::string sql = fmt::format(
      "INSERT INTO total (quarter, caller, target, account, rate, {}) VALUES "
      "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?){}",
      kColumns, kMerge);
  for (const auto& [key, sums] : totals) {
    const Tokens& tokens = sums.tokens;
    auto done = connection.Run(
        sql, {key.quarter,        key.caller,         key.target,          key.account,
              key.rate,           sums.requests,      sums.errors,         sums.cancelled,
              tokens.input,       tokens.cached,      tokens.output,       tokens.thoughts,
              tokens.input_audio, tokens.input_image, tokens.output_audio, tokens.output_image,
              sums.list,          sums.billed,        sums.unpriced,       sums.unbilled});
    if (!done) return done;
  }
  return {};
}

Result<Totals> ReadTotals(Connection& connection, WallTime since, WallTime until) {
  static const std::string sql = fmt::format(
      "SELECT quarter, caller, target, account, rate, {} FROM total WHERE quarter >= ? AND quarter "
      "< ? "
      "ORDER BY quarter, caller, target, account, rate",
      kColumns);
  Totals totals;
  auto done = connection.Query(
      sql, {QuarterOf(since), QuarterOf(until + kQuarter - Duration(1))}, [&](const Row& row) {
        totals.emplace_hint(
            totals.end(), TotalKey{row.Int(0), row.Text(1), row.Text(2), row.Text(3), row.Text(4)},
            ReadSums(row, 5));
      });
  if (!done) return std::move(done).error();
  return totals;
}

Result<void> FoldTotals(Connection& connection, WallTime oldest, WallTime fine) {
  auto done = connection.Run("DELETE FROM total WHERE quarter < ?", {QuarterOf(oldest)});
  if (!done) return done;
  // An hour's sum stands in its first quarter.
  Totals hours;
  static const std::string sql = fmt::format(
      "SELECT quarter, caller, target, account, rate, {} FROM total WHERE quarter < ? AND quarter "
      "% 4 <> "
      "0 ORDER BY quarter LIMIT 2000",
      kColumns);
  std::int64_t last = -1;
  done = connection.Query(sql, {QuarterOf(fine) / 4 * 4}, [&](const Row& row) {
    last = row.Int(0);
    hours[{last / 4 * 4, row.Text(1), row.Text(2), row.Text(3), row.Text(4)}].Add(ReadSums(row, 5));
  });
  if (!done || hours.empty()) return done;
  // The last quarter may be incomplete because of the limit: read all of it.
  hours.clear();
  static const std::string whole = fmt::format(
      "SELECT quarter, caller, target, account, rate, {} FROM total WHERE quarter <= ? AND quarter "
      "% 4 "
      "<> 0",
      kColumns);
  done = connection.Query(whole, {last}, [&](const Row& row) {
    hours[{row.Int(0) / 4 * 4, row.Text(1), row.Text(2), row.Text(3), row.Text(4)}].Add(
        ReadSums(row, 5));
  });
  if (done) {
    done = connection.Run("DELETE FROM total WHERE quarter <= ? AND quarter % 4 <> 0", {last});
  }
  return done ? AddTotals(connection, hours) : done;
}

std::int64_t QuarterOf(WallTime at) {
  return std::chrono::floor<std::chrono::duration<std::int64_t, std::ratio<900>>>(
             at.time_since_epoch())
      .count();
}

WallTime TimeOf(std::int64_t quarter) { return WallTime(quarter * kQuarter); }

}  // namespace agm::ledger
