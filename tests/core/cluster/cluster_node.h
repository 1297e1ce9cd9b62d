#pragma once

#include <memory>
#include <string>
#include <utility>

#include "core/accounts/pool.h"
#include "core/base/clock.h"
#include "core/cluster/link.h"
#include "core/cluster/shared_counts.h"
#include "core/cluster/shared_journal.h"
#include "core/cluster/shared_rows.h"
#include "core/config/config.h"
#include "core/config/server_address.h"
#include "core/store/database.h"
#include "core/store/sqlite_pool_journal.h"
#include "tests/support/eventually.h"

namespace agm::cluster {

/// The machine's clock with a calendar that is set wrong.
class WrongClock : public Clock {
 public:
  explicit WrongClock(Duration by) : by_(by) {}
  TimePoint Now() const override { return SystemClock().Now(); }
  WallTime Wall() const override { return SystemClock().Wall() + by_; }
  void Sleep(Duration duration) override { SystemClock().Sleep(duration); }

 private:
  const Duration by_;
};

inline Place PlaceOf(const std::string& url, std::string node) {
  Place place;
  place.address = *config::ReadServerAddress(url);
  place.node = std::move(node);
  return place;
}

/// For tests of what the server answers: a busy machine must not turn them into tests of silence.
inline constexpr Patience kLongPatience{Duration{5'000}, Duration{10'000}};

inline bool Connects(const Link& link) {
  return test::Eventually([&link] { return link.connected(); });
}

/// The pool as the shared journal of its node sees it.
inline SharedPool SharedPoolOf(accounts::Pool& pool) {
  return {
      [&pool](const store::PoolJournal::Cooldown& cooldown) { pool.Adopt(cooldown); },
      [&pool](const std::string& owner) { pool.AdoptRecovery(owner); },
      [&pool](const store::PoolJournal::Belonging& belonging) { pool.AdoptBelonging(belonging); },
      [&pool](const store::PoolJournal::Quota& quota) { pool.AdoptQuota(quota); },
      [&pool](const store::PoolJournal::Tie& tie) { pool.AdoptTie(tie); },
      [&pool] { return pool.Cooling(); }};
}

/// The pool of one machine, with all that it shares with the others. Call link.Start().
struct SharedMachine {
  SharedMachine(const std::string& url, const std::string& name,
                std::shared_ptr<const config::Config> config, Clock& clock, Patience patience)
      : local(*database, clock, [](const std::string&) {}),
        link(PlaceOf(url, name), clock, {}, patience),
        rows(link),
        journal(local, link, rows, clock),
        counts(link, clock, name),
        pool(std::move(config), clock, &journal) {
    journal.Attach(SharedPoolOf(pool));
    pool.ShareBy(&counts);
    link.Follow("counts", counts);
  }
  ~SharedMachine() {
    link.Stop();
    pool.ShareBy(nullptr);
  }
  SharedMachine(const SharedMachine&) = delete;
  SharedMachine& operator=(const SharedMachine&) = delete;

  std::unique_ptr<store::Database> database = store::Database::OpenInMemory();
  store::SqlitePoolJournal local;
  Link link;
  SharedRows rows;
  SharedJournal journal;
  SharedCounts counts;
  accounts::Pool pool;
};

}  // namespace agm::cluster
