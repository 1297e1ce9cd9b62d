#include "core/ledger/retention.h"

#include <algorithm>

#include "core/ledger/totals.h"

namespace agm::ledger {
namespace {

using namespace std::chrono_literals;
using store::Connection;
using store::Database;
using store::Row;

constexpr std::int64_t kChunk = 500;
constexpr int kMostChunks = 60;
constexpr Duration kTolerance = 1h;
constexpr Duration kDoubt = 10min;
constexpr Duration kKeepBodies = 24h;
constexpr std::int64_t kMostBodies = 256'000'000;
constexpr Duration kKeepQuarters = 35 * 24h;

std::int64_t Milliseconds(WallTime at) { return at.time_since_epoch().count(); }

Result<std::int64_t> Number(Connection& connection, std::string_view sql) {
  std::int64_t number = 0;
  auto done = connection.Query(sql, {}, [&](const Row& row) { number = row.Int(0); });
  if (!done) return std::move(done).error();
  return number;
}

Result<std::int64_t> BytesInUse(Connection& connection) {
  auto pages = Number(connection, "PRAGMA page_count");
  if (!pages) return pages;
  auto spare = Number(connection, "PRAGMA freelist_count");
  if (!spare) return spare;
  auto size = Number(connection, "PRAGMA page_size");
  if (!size) return size;
  return (*pages - *spare) * *size;
}

// Deletes at most one chunk of rows, and returns their number.
Result<std::int64_t> DeleteOlder(Connection& connection, WallTime before) {
  const std::int64_t at = Milliseconds(before);
  auto done = connection.Run(
      "DELETE FROM attempt WHERE request_seq IN "
      "(SELECT seq FROM request WHERE at < ? ORDER BY at LIMIT ?)",
      {at, kChunk});
  if (done) {
    done = connection.Run(
        "DELETE FROM request WHERE seq IN "
        "(SELECT seq FROM request WHERE at < ? ORDER BY at LIMIT ?)",
        {at, kChunk});
  }
  if (!done) return std::move(done).error();
  return Number(connection, "SELECT changes()");
}

Result<std::int64_t> DeleteFirst(Connection& connection) {
  auto done = connection.Run(
      "DELETE FROM attempt WHERE request_seq IN (SELECT seq FROM request ORDER BY seq LIMIT ?)",
      {kChunk});
  if (done) {
    done = connection.Run(
        "DELETE FROM request WHERE seq IN (SELECT seq FROM request ORDER BY seq LIMIT ?)",
        {kChunk});
  }
  if (!done) return std::move(done).error();
  return Number(connection, "SELECT changes()");
}

// When all rows are gone, the oldest totals go.
Result<std::int64_t> DeleteFirstTotals(Connection& connection) {
  auto done = connection.Run(
      "DELETE FROM total WHERE quarter IN (SELECT DISTINCT quarter FROM total ORDER BY quarter "
      "LIMIT 16)");
  if (!done) return std::move(done).error();
  return Number(connection, "SELECT changes()");
}

/// Deletes chunks, each in a transaction of its own, while `chunk` finds something to delete.
template <class Chunk>
Result<std::int64_t> Repeat(Database& database, int& budget, const Chunk& chunk) {
  std::int64_t all = 0;
  for (; budget > 0; --budget) {
    std::int64_t deleted = 0;
    auto done = database.Transact([&](Connection& connection) -> Result<void> {
      auto some = chunk(connection);
      if (!some) return std::move(some).error();
      deleted = *some;
      return {};
    });
    if (!done) return std::move(done).error();
    if (deleted == 0) break;
    all += deleted;
  }
  return all;
}

Result<std::int64_t> BodyBytes(Connection& connection) {
  return Number(connection, "SELECT coalesce(sum(size), 0) FROM body");
}

Result<void> DropBodies(Database& database, WallTime wall, bool by_age) {
  return database.Transact([&](Connection& connection) -> Result<void> {
    if (by_age) {
      auto done =
          connection.Run("DELETE FROM body WHERE at < ?", {Milliseconds(wall - kKeepBodies)});
      if (!done) return done;
    }
    for (;;) {
      const auto bytes = BodyBytes(connection);
      if (!bytes) return bytes.error();
      if (*bytes <= kMostBodies) return {};
      auto done = connection.Run("DELETE FROM body WHERE at = (SELECT min(at) FROM body)");
      if (!done) return done;
    }
  });
}

Result<void> GiveBackPages(Database& database) {
  return database.Read([](Connection& connection) {
    return connection.Query("PRAGMA incremental_vacuum(2000)", {}, [](const Row&) {});
  });
}

}  // namespace

bool Retention::MayJudgeAge(Database& database, const Settings& settings, WallTime wall,
                            TimePoint now) {
  Duration jump{0};
  if (last_wall_) {
    const auto passed = std::chrono::duration_cast<Duration>(now - last_now_);
    jump = std::chrono::abs(wall - *last_wall_ - passed);
  } else {
    static_cast<void>(database.Read([&](Connection& connection) {
      return connection.Query("SELECT max(at) FROM request", {}, [&](const Row& row) {
        if (row.IsNull(0)) return;
        const Duration age = wall - WallTime(Duration(row.Int(0)));
        if (age > settings.keep) jump = age;
      });
    }));
  }
  last_wall_ = wall;
  last_now_ = now;
  if (jump > kTolerance) doubtful_until_ = now + kDoubt;
  return now >= doubtful_until_;
}

Result<Retention::Done> Retention::Run(Database& database, const Settings& settings, WallTime wall,
                                       TimePoint now) {
  Done done;
  int budget = kMostChunks;
  const bool by_age = MayJudgeAge(database, settings, wall, now);
  if (by_age) {
    const WallTime oldest = wall - settings.keep;
    auto deleted = Repeat(database, budget,
                          [&](Connection& connection) { return DeleteOlder(connection, oldest); });
    if (!deleted) return std::move(deleted).error();
    done.rows += *deleted;
    auto folded = database.Transact([&](Connection& connection) {
      return FoldTotals(connection, wall - settings.totals_keep, wall - kKeepQuarters);
    });
    if (!folded) return std::move(folded).error();
  }
  if (auto bodies = DropBodies(database, wall, by_age); !bodies) return std::move(bodies).error();

  const auto over = [&](Connection& connection) -> Result<bool> {
    auto bytes = BytesInUse(connection);
    if (!bytes) return std::move(bytes).error();
    auto bodies = BodyBytes(connection);
    if (!bodies) return std::move(bodies).error();
    done.bytes = *bytes;
    return *bytes - *bodies > static_cast<std::int64_t>(settings.max_size);
  };
  auto deleted = Repeat(database, budget, [&](Connection& connection) -> Result<std::int64_t> {
    auto too_large = over(connection);
    if (!too_large) return std::move(too_large).error();
    if (!*too_large) return 0;
    auto rows = DeleteFirst(connection);
    if (!rows || *rows > 0) return rows;
    return DeleteFirstTotals(connection);
  });
  if (!deleted) return std::move(deleted).error();
  done.rows += *deleted;
  done.more_to_do = budget == 0;
  if (auto given = GiveBackPages(database); !given) return std::move(given).error();
  return done;
}

}  // namespace agm::ledger
