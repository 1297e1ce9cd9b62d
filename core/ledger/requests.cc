#include "core/ledger/requests.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "core/ledger/request_id.h"
#include "core/ledger/totals.h"

namespace agm::ledger {
namespace {

using store::Connection;
using store::Row;
using store::Value;

constexpr std::string_view kColumns =
    "seq, at, id, route, method, path, status, stream, caller, client, address, model, target, "
    "rule, account, tries, error, why, phase, ended_by, waited_ms, first_us, upstream_us, "
    "total_us, input, cached, output, thoughts, input_audio, input_image, output_audio, "
    "output_image, tier, list_nano, billed_nano, trace, dropped, billing";

std::int64_t Milliseconds(WallTime at) { return at.time_since_epoch().count(); }

Value OrNull(const std::string& text) { return text.empty() ? Value(nullptr) : Value(text); }
Value OrNull(std::chrono::microseconds time) {
  return time.count() < 0 ? Value(nullptr) : Value(std::int64_t{time.count()});
}
Value OrNull(std::optional<Nano> cost) { return cost ? Value(*cost) : Value(nullptr); }

Result<void> WriteAttempts(Connection& connection, std::int64_t seq, const Entry& entry) {
  std::int64_t n = 0;
  for (const Try& each : entry.history) {
    auto done = connection.Run(
        "INSERT INTO attempt (request_seq, n, account, target, outcome, why, waited_ms, took_ms) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        {seq, ++n, each.account, each.target, each.outcome, OrNull(each.why),
         std::int64_t{each.waited.count()}, std::int64_t{each.took.count()}});
    if (!done) return done;
  }
  return {};
}

Result<void> WriteTape(Connection& connection, const Taped& taped) {
  std::int64_t n = 0;
  for (const TapePart& part : taped.tape->parts()) {
    auto done = connection.Run(
        "INSERT INTO body (at, id, n, part, call, head, cut, size, bytes) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        {Milliseconds(taped.at), taped.id, ++n, part.part, std::int64_t{part.call}, part.head,
         std::int64_t{part.cut}, static_cast<std::int64_t>(part.body.size()), part.body});
    if (!done) return done;
  }
  return {};
}

std::string Lines(const std::vector<std::string>& lines) {
  return fmt::format("{}", fmt::join(lines, "\n"));
}

Result<void> WriteRow(Connection& connection, std::int64_t seq, const Entry& entry) {
  static const std::string sql = fmt::format(
      "INSERT INTO request ({}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
      "?, "
      "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      kColumns);
  const std::string dropped = Lines(entry.dropped);
  const Tokens& tokens = entry.tokens;
  const auto count = [&](std::int64_t value) { return tokens.known ? Value(value) : nullptr; };
  return connection.Run(sql, {seq,
                              Milliseconds(entry.at),
                              entry.id,
                              entry.route,
                              entry.method,
                              entry.path,
                              std::int64_t{entry.status},
                              std::int64_t{entry.stream},
                              OrNull(entry.caller),
                              OrNull(entry.client),
                              OrNull(entry.address),
                              OrNull(entry.model),
                              OrNull(entry.target),
                              OrNull(entry.rule),
                              OrNull(entry.account),
                              std::int64_t{entry.tries},
                              OrNull(entry.error),
                              OrNull(entry.why),
                              entry.phase,
                              entry.ended_by,
                              std::int64_t{entry.waited.count()},
                              OrNull(entry.first_byte),
                              OrNull(entry.upstream),
                              std::int64_t{entry.total.count()},
                              count(tokens.input),
                              count(tokens.cached),
                              count(tokens.output),
                              count(tokens.thoughts),
                              count(tokens.input_audio),
                              count(tokens.input_image),
                              count(tokens.output_audio),
                              count(tokens.output_image),
                              OrNull(entry.tier),
                              OrNull(entry.cost.list),
                              OrNull(entry.cost.billed),
                              OrNull(entry.trace),
                              OrNull(dropped),
                              static_cast<std::int64_t>(entry.billing)});
}

std::vector<std::string> Split(const std::string& lines) {
  std::vector<std::string> all;
  for (std::size_t at = 0; at < lines.size();) {
    const std::size_t end = std::min(lines.find('\n', at), lines.size());
    all.push_back(lines.substr(at, end - at));
    at = end + 1;
  }
  return all;
}

std::chrono::microseconds Micros(const Row& row, int column) {
  return std::chrono::microseconds(row.IsNull(column) ? -1 : row.Int(column));
}

std::optional<Nano> Money(const Row& row, int column) {
  return row.IsNull(column) ? std::nullopt : std::optional<Nano>(row.Int(column));
}

/// Whether an old row's request was billed, as its costs show.
Billing BillingOf(const Cost& cost) {
  if (!cost.billed) return Billing::kUnknown;
  return *cost.billed == 0 && cost.list != cost.billed ? Billing::kFree : Billing::kPaid;
}

Logged ReadRow(const Row& row) {
  Logged logged{row.Int(0), {}};
  Entry& entry = logged.entry;
  entry.at = WallTime(Duration(row.Int(1)));
  std::string* const texts[] = {&entry.id, &entry.route, &entry.method, &entry.path};
  for (int i = 0; i < 4; ++i) *texts[i] = row.Text(2 + i);
  entry.status = static_cast<int>(row.Int(6));
  entry.stream = row.Int(7) != 0;
  std::string* const names[] = {&entry.caller, &entry.client, &entry.address, &entry.model,
                                &entry.target, &entry.rule,   &entry.account};
  for (int i = 0; i < 7; ++i) *names[i] = row.Text(8 + i);
  entry.tries = static_cast<int>(row.Int(15));
  std::string* const ends[] = {&entry.error, &entry.why, &entry.phase, &entry.ended_by};
  for (int i = 0; i < 4; ++i) *ends[i] = row.Text(16 + i);
  entry.waited = Duration(row.Int(20));
  entry.first_byte = Micros(row, 21);
  entry.upstream = Micros(row, 22);
  entry.total = Micros(row, 23);
  entry.tokens = {row.Int(24), row.Int(25), row.Int(26), row.Int(27),    row.Int(28),
                  row.Int(29), row.Int(30), row.Int(31), !row.IsNull(24)};
  entry.tier = row.Text(32);
  entry.cost = {Money(row, 33), Money(row, 34)};
  entry.trace = row.Text(35);
  entry.calls_model = !entry.target.empty();
  entry.dropped = Split(row.Text(36));
  entry.billing = row.IsNull(37) ? BillingOf(entry.cost) : static_cast<Billing>(row.Int(37));
  return logged;
}

/// Conditions with the values that they bind.
class Where {
 public:
  void And(std::string_view condition, std::initializer_list<Value> values) {
    And(condition);
    values_.insert(values_.end(), values);
  }
  void And(std::string_view condition) {
    text_ += text_.empty() ? " WHERE " : " AND ";
    text_ += condition;
  }
  const std::string& text() const { return text_; }
  const std::vector<Value>& values() const { return values_; }

 private:
  std::string text_;
  std::vector<Value> values_;
};

Where WhereOf(const Filter& filter) {
  Where where;
  if (filter.since) where.And("at >= ?", {Milliseconds(*filter.since)});
  if (filter.until) where.And("at < ?", {Milliseconds(*filter.until)});
  if (filter.before) where.And("seq < ?", {*filter.before});
  if (filter.after) where.And("seq > ?", {*filter.after});
  if (filter.errors) where.And("(status >= 400 OR error IS NOT NULL)");
  if (filter.status) where.And("status = ?", {std::int64_t{*filter.status}});
  if (!filter.caller.empty()) where.And("caller = ?", {filter.caller});
  if (!filter.model.empty()) {
    where.And("? IN (model, target)", {filter.model});
  }
  if (!filter.account.empty()) where.And("account = ?", {filter.account});
  if (!filter.client.empty()) {
    where.And("substr(client, 1, length(?)) = ?", {filter.client, filter.client});
  }
  if (!filter.route.empty()) where.And("route = ?", {filter.route});
  if (filter.slow.count() > 0)
    where.And("total_us >= ?", {std::int64_t{filter.slow.count() * 1000}});
  return where;
}

Result<std::vector<Logged>> Select(Connection& connection, const Where& where,
                                   std::string_view order, std::size_t limit) {
  std::vector<Logged> rows;
  const std::string sql =
      fmt::format("SELECT {} FROM request{} {} LIMIT {}", kColumns, where.text(), order, limit);
  auto done =
      connection.Query(sql, where.values(), [&](const Row& row) { rows.push_back(ReadRow(row)); });
  if (!done) return std::move(done).error();
  return rows;
}

Result<void> ReadAttempts(Connection& connection, Logged& logged) {
  return connection.Query(
      "SELECT account, target, outcome, why, waited_ms, took_ms FROM attempt "
      "WHERE request_seq = ? ORDER BY n",
      {logged.seq}, [&](const Row& row) {
        logged.entry.history.push_back({row.Text(0), row.Text(1), row.Text(2), row.Text(3),
                                        Duration(row.Int(4)), Duration(row.Int(5))});
      });
}

Result<void> DeleteBefore(Connection& connection, std::optional<WallTime> before) {
  const std::int64_t at = before ? Milliseconds(*before) : INT64_MAX;
  const std::int64_t quarter = before ? QuarterOf(*before) : INT64_MAX;
  auto done = connection.Run(
      "DELETE FROM attempt WHERE request_seq IN (SELECT seq FROM request WHERE at < ?)", {at});
  if (done) done = connection.Run("DELETE FROM request WHERE at < ?", {at});
  if (done) done = connection.Run("DELETE FROM body WHERE at < ?", {at});
  if (done) done = connection.Run("DELETE FROM total WHERE quarter < ?", {quarter});
  return done;
}

}  // namespace

Result<void> WriteRequests(Connection& connection, const std::vector<Entry>& entries) {
  auto seq = NewestSeq(connection);
  if (!seq) return std::move(seq).error();
  for (const Entry& entry : entries) {
    ++*seq;
    auto done = WriteRow(connection, *seq, entry);
    if (done) done = WriteAttempts(connection, *seq, entry);
    if (!done) return done;
  }
  return {};
}

Result<void> WriteTapes(Connection& connection, const std::vector<Taped>& tapes) {
  for (const Taped& taped : tapes) {
    if (auto done = WriteTape(connection, taped); !done) return done;
  }
  return {};
}

Result<std::vector<Logged>> ReadRequests(Connection& connection, const Filter& filter) {
  const bool onwards = filter.after.has_value();
  return Select(connection, WhereOf(filter), onwards ? "ORDER BY seq" : "ORDER BY seq DESC",
                filter.limit);
}

Result<Logged> FindRequest(Connection& connection, std::string_view id) {
  Where where;
  const auto at = TimeOf(id);
  const std::string full = (id.starts_with("req_") ? "" : "req_") + std::string(id);
  if (at) {
    where.And("at = ?", {Milliseconds(*at)});
    where.And("id = ?", {full});
  } else {
    where.And("substr(id, 1, length(?)) = ?", {full, full});
  }
  auto found = Select(connection, where, "ORDER BY seq DESC", 2);
  if (!found) return std::move(found).error();
  if (found->empty()) {
    return Fail(ErrorCode::kNotFound, "there is no request '{}' in the log", id);
  }
  if (found->size() > 1) {
    return Fail(ErrorCode::kNotFound, "more than one request begins with '{}'; give more of it",
                id);
  }
  if (auto done = ReadAttempts(connection, found->front()); !done) return std::move(done).error();
  return std::move(found->front());
}

Result<std::vector<TapePart>> ReadTape(Connection& connection, const Entry& entry) {
  std::vector<TapePart> parts;
  auto done = connection.Query(
      "SELECT part, call, head, cut, bytes FROM body WHERE at = ? AND id = ? ORDER BY n",
      {Milliseconds(entry.at), entry.id}, [&](const Row& row) {
        parts.push_back(
            {row.Text(0), static_cast<int>(row.Int(1)), row.Text(2), row.Text(4), row.Int(3) != 0});
      });
  if (!done) return std::move(done).error();
  return parts;
}

Result<std::int64_t> NewestSeq(Connection& connection) {
  std::int64_t seq = 0;
  auto done = connection.Query("SELECT max(seq) FROM request", {},
                               [&](const Row& row) { seq = row.Int(0); });
  if (!done) return std::move(done).error();
  return seq;
}

Result<void> ClearLog(store::Database& database, std::optional<WallTime> before) {
  auto done =
      database.Transact([&](Connection& connection) { return DeleteBefore(connection, before); });
  if (!done) return done;
  // The log that SQLite writes ahead still holds the rows, and it may have readers elsewhere.
  return database.Read([](Connection& connection) {
    const auto ignore = [](const Row&) {};
    auto given = connection.Query("PRAGMA incremental_vacuum", {}, ignore);
    return given ? connection.Query("PRAGMA wal_checkpoint(TRUNCATE)", {}, ignore) : given;
  });
}
}  // namespace agm::ledger
