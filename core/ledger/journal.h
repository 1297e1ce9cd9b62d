#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "core/base/clock.h"
#include "core/ledger/entry.h"
#include "core/ledger/requests.h"
#include "core/ledger/retention.h"
#include "core/ledger/settings.h"
#include "core/ledger/totals.h"
#include "core/store/database.h"

namespace agm::ledger {

/// Takes the entry of each finished request and keeps the log and the totals.
///
///   Journal journal(*database, clock, [&](const Entry& each) { metrics.Count(each); }, warn);
///   journal.Add(std::move(entry));    // on the request's thread: one move into a bounded buffer
///
/// The journal's own thread prices the entries, passes each one to `count`, adds it to the totals,
/// and writes rows and totals in batches, at most a tenth of a second later. After a kill at most
/// that much is lost; rows and totals of a batch are written together or not at all.
///
/// Answered health checks, scrapes and views of the page have no rows and are not in the totals.
/// Rows are bounded per second and may be skipped; totals and `count` never miss an entry: if the
/// buffer is full, because the thread is starved, Add counts the entry itself and skips only its
/// row. While the file cannot be written (disk full), totals and the latest rows wait in memory.
///
/// Thread safety: any thread.
class Journal {
 public:
  using Count = std::function<void(const Entry&)>;
  using Warn = std::function<void(const std::string&)>;

  /// `count` runs under the journal's lock and must not block. The references must outlive it.
  Journal(store::Database& database, Clock& clock, Count count, Warn warn);
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  void Apply(const Settings& settings);
  /// Computes all costs of the file again if the prices differ from those that it was written with.
  /// Returns the number of requests whose cost changed. Blocks for as long as that takes; other
  /// calls of this class do not wait for longer than a day's rows take.
  Result<std::size_t> CorrectCosts();
  void Add(Entry&& entry);
  /// Keeps the recorded bodies of a request; drops them if many wait already.
  void AddTape(Taped taped);
  /// Counts all entries that were added before, so that the metrics are current.
  void Settle();
  /// Calls `work` with the sums since `since`: those in the file, and those that still wait. The
  /// journal has called `count` for each request of this process in them, and calls it for no
  /// further one while `work` runs.
  Result<void> WithTotals(WallTime since, const std::function<void(const Totals&)>& work);
  /// Settles and writes; false if the file cannot be written now.
  bool Flush();

  struct Figures {
    std::uint64_t written = 0;
    std::uint64_t skipped = 0;  ///< rows that the bounds left out
    std::int64_t bytes = 0;     ///< of the file, as the last run of retention saw it
  };
  Figures figures() const;
  /// True while the file cannot be written; totals wait in memory until it can.
  bool failing() const { return failing_; }
  store::Database& database() { return database_; }

 private:
  /// Entries and sums that are not written yet.
  struct Batch {
    std::vector<Entry> rows;
    Totals totals;
    std::vector<Taped> tapes;
    bool empty() const { return rows.empty() && totals.empty() && tapes.empty(); }
  };
  /// Rows of the present second.
  struct Pace {
    TimePoint second{};
    int answered = 0;
    int failed = 0;
  };

  void Work();
  void SettleLocked();
  void CountLocked(Entry& entry);
  bool MayWriteRow(const Entry& entry);
  bool WriteBatch();
  void KeepFor(Batch batch);
  void Tidy();

  store::Database& database_;
  Clock& clock_;
  const Count count_;
  const Warn warn_;

  std::mutex incoming_mutex_;  ///< locked last
  std::condition_variable arrived_;
  std::vector<Entry> incoming_;
  std::vector<Taped> incoming_tapes_;
  bool closing_ = false;

  mutable std::mutex state_mutex_;
  std::vector<Entry> spare_;  ///< the other buffer, so that neither is allocated again
  Settings settings_;
  Batch waiting_;
  Pace pace_;

  std::mutex writing_mutex_;  ///< locked first, held across disk writes
  Retention retention_;
  TimePoint next_tidy_{};
  std::atomic<bool> failing_ = false;

  std::atomic<std::uint64_t> written_{0};
  std::atomic<std::uint64_t> skipped_{0};
  std::atomic<std::int64_t> bytes_{0};
  std::thread thread_;
};

}  // namespace agm::ledger
