#include "core/store/sqlite_pool_journal.h"

#include <fmt/format.h>

#include <utility>

namespace agm::store {
namespace {

std::int64_t Milliseconds(WallTime time) { return time.time_since_epoch().count(); }
WallTime TimeOf(std::int64_t milliseconds) { return WallTime(Duration(milliseconds)); }

}  // namespace

SqlitePoolJournal::SqlitePoolJournal(Database& database, Clock& clock, Warn warn)
    : database_(database),
      clock_(clock),
      warn_(std::move(warn)),
      usage_(std::make_shared<Guarded<UnsavedUsage>>()) {
  PassOnWarning();
}

void SqlitePoolJournal::PassOnWarning() {
  if (const auto warning = database_.TakeWarning()) warn_(warning->message);
}

std::vector<PoolJournal::Cooldown> SqlitePoolJournal::LoadCooldowns() {
  const WallTime now = clock_.Wall();
  std::vector<Cooldown> cooldowns;
  static_cast<void>(database_.Read([&](Connection& connection) {
    // Drop expired cooldowns. A failure is harmless, because the query below skips them.
    static_cast<void>(connection.Run("DELETE FROM rest WHERE until <= ?1 AND counts_until <= ?1",
                                     {Milliseconds(now)}));
    return connection.Query(
        "SELECT owner, model, reason, until, strikes, counts_until, credential, said "
        "FROM rest "
        "WHERE until > ?1 OR counts_until > ?1",
        {Milliseconds(now)}, [&](const Row& row) {
          cooldowns.push_back({row.Text(0), row.Text(1), row.Text(2), TimeOf(row.Int(3)),
                               static_cast<int>(row.Int(4)), TimeOf(row.Int(5)), row.Text(6),
                               row.Text(7)});
        });
  }));
  return cooldowns;
}

// A later deadline is never shortened, unless it belongs to another credential.
void SqlitePoolJournal::SaveCooldown(const Cooldown& cooldown) {
  std::string key =
      fmt::format("cooldown/{}/{}/{}", cooldown.account, cooldown.model, cooldown.reason);
  database_.Write(std::move(key), [cooldown](Connection& connection) {
    return connection.Run(
        "INSERT INTO rest (owner, model, reason, until, strikes, counts_until, credential, said) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
        "until = CASE WHEN credential = excluded.credential THEN max(until, excluded.until) "
        "ELSE excluded.until END, "
        "strikes = excluded.strikes, counts_until = excluded.counts_until, "
        "credential = excluded.credential, said = excluded.said",
        {cooldown.account, cooldown.model, cooldown.reason, Milliseconds(cooldown.until),
         std::int64_t{cooldown.strikes}, Milliseconds(cooldown.counts_until), cooldown.credential,
         cooldown.said});
  });
  PassOnWarning();
}

void SqlitePoolJournal::DropCooldowns(const std::string& account) {
  database_.Write("drop/" + account, [account](Connection& connection) {
    return connection.Run("DELETE FROM rest WHERE owner = ?", {account});
  });
}

std::vector<PoolJournal::Usage> SqlitePoolJournal::LoadUsage() {
  std::vector<Usage> all;
  static_cast<void>(database_.Read([&](Connection& connection) {
    return connection.Query(
        "SELECT account, requests, errors, tokens, last_used FROM usage", {}, [&](const Row& row) {
          Usage usage{row.Text(0), row.Int(1), row.Int(2), row.Int(3), std::nullopt};
          if (!row.IsNull(4)) usage.last_used = TimeOf(row.Int(4));
          all.push_back(std::move(usage));
        });
  }));
  return all;
}

void SqlitePoolJournal::SaveUsage(const Usage& usage) {
  PassOnWarning();
  {
    auto unsaved = usage_->Lock();
    unsaved->by_account[usage.account] = usage;
    if (std::exchange(unsaved->asked, true)) return;
  }
  database_.Write("usage", [unsaved = usage_](Connection& connection) {
    return WriteUsage(connection, *unsaved);
  });
}

// Usage that changes during the write stays in `unsaved` for the next write.
Result<void> SqlitePoolJournal::WriteUsage(Connection& connection, Guarded<UnsavedUsage>& unsaved) {
  std::map<std::string, Usage> all;
  {
    auto locked = unsaved.Lock();
    locked->asked = false;
    all = locked->by_account;
  }
  for (const auto& [account, usage] : all) {
    const Value last_used =
        usage.last_used ? Value(Milliseconds(*usage.last_used)) : Value(nullptr);
    auto done = connection.Run(
        "INSERT OR REPLACE INTO usage (account, requests, errors, tokens, last_used) "
        "VALUES (?, ?, ?, ?, ?)",
        {account, usage.requests, usage.errors, usage.tokens, last_used});
    if (!done) return done;
  }
  auto locked = unsaved.Lock();
  std::erase_if(locked->by_account, [&](const auto& left) {
    const auto written = all.find(left.first);
    return written != all.end() && written->second == left.second;
  });
  return {};
}

std::vector<PoolJournal::Belonging> SqlitePoolJournal::LoadBelongings() {
  std::vector<Belonging> all;
  static_cast<void>(database_.Read([&](Connection& connection) {
    return connection.Query("SELECT account, project, credential FROM belonging", {},
                            [&](const Row& row) {
                              all.push_back({row.Text(0), row.Text(1), row.Text(2)});
                            });
  }));
  return all;
}

void SqlitePoolJournal::SaveBelonging(const Belonging& belonging) {
  std::string key = "belonging/" + belonging.account;
  database_.Write(std::move(key), [belonging](Connection& connection) {
    return connection.Run(
        "INSERT OR REPLACE INTO belonging (account, project, credential) VALUES (?, ?, ?)",
        {belonging.account, belonging.project, belonging.credential});
  });
}

}  // namespace agm::store
