// Measures the ledger: what a finished request costs its own thread, what a row costs in all, and
// how long readers take on a large log.

#include <benchmark/benchmark.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "core/ledger/journal.h"
#include "core/ledger/requests.h"
#include "core/ledger/schema.h"
#include "tests/core/ledger/entries.h"

namespace agm::ledger {
namespace {

class Folder {
 public:
  explicit Folder(const char* name) : path_(std::filesystem::temp_directory_path() / name) {
    std::filesystem::remove_all(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::unique_ptr<store::Database> Open() const {
    return store::Database::Open(path_, Duration(2'000), RequestsFile());
  }

 private:
  const std::filesystem::path path_;
};

// The request's own thread: building and adding one entry.
void BM_LedgerAdd(benchmark::State& state) {
  static std::unique_ptr<Folder> folder;
  static std::unique_ptr<store::Database> database;
  static std::optional<Journal> journal;
  if (state.thread_index() == 0) {
    folder = std::make_unique<Folder>("agm-bench-add");
    database = folder->Open();
    journal.emplace(
        *database, SystemClock(), [](const Entry&) {}, [](const std::string&) {});
  }
  const Entry entry = Answered();
  for (auto _ : state) journal->Add(ledger::Entry(entry));
  if (state.thread_index() == 0) {
    journal.reset();
    database.reset();
    folder.reset();
  }
}
BENCHMARK(BM_LedgerAdd)->Threads(1)->Threads(8)->UseRealTime();

// CPU of a row in a batch, all threads together.
void BM_LedgerRow(benchmark::State& state) {
  const Folder folder("agm-bench-row");
  const auto database = folder.Open();
  const std::vector<Entry> batch(static_cast<std::size_t>(state.range(0)), Answered());
  for (auto _ : state) {
    const auto done = database->Transact(
        [&](store::Connection& connection) { return WriteRequests(connection, batch); });
    if (!done) state.SkipWithError(done.error().message.c_str());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_LedgerRow)->Arg(1)->Arg(50)->Arg(1'000);

/// A log of a million rows.
class MillionRows : public benchmark::Fixture {
 public:
  void SetUp(const benchmark::State&) override {
    if (database_) return;
    folder_ = std::make_unique<Folder>("agm-bench-million");
    database_ = folder_->Open();
    for (int i = 0; i < 1'000; ++i) {
      std::vector<Entry> batch;
      Totals totals;
      for (int j = 0; j < 1'000; ++j) {
        const WallTime at = kNoon + std::chrono::milliseconds(700) * (i * 1'000 + j);
        batch.push_back(j % 50 == 0 ? Failed(at) : Answered(at));
        batch.back().caller = "key-" + std::to_string(j % 7);
        totals[KeyOf(batch.back())].Add(batch.back());
        id_ = batch.back().id;
      }
      static_cast<void>(database_->Transact([&](store::Connection& connection) {
        auto done = WriteRequests(connection, batch);
        return done ? AddTotals(connection, totals) : done;
      }));
    }
  }

 protected:
  template <class Work>
  void Measure(benchmark::State& state, const Work& work) {
    for (auto _ : state) {
      static_cast<void>(database_->Read([&](store::Connection& connection) -> Result<void> {
        auto result = work(connection);
        benchmark::DoNotOptimize(result);
        return {};
      }));
    }
  }
  static inline std::unique_ptr<Folder> folder_;
  static inline std::unique_ptr<store::Database> database_;
  static inline std::string id_;
};

BENCHMARK_F(MillionRows, NewestHundred)(benchmark::State& state) {
  Measure(state, [](auto& connection) { return ReadRequests(connection, {}); });
}
BENCHMARK_F(MillionRows, NewestErrors)(benchmark::State& state) {
  Measure(state, [](auto& connection) { return ReadRequests(connection, {.errors = true}); });
}
BENCHMARK_F(MillionRows, OneById)(benchmark::State& state) {
  Measure(state, [](auto& connection) { return FindRequest(connection, id_); });
}
BENCHMARK_F(MillionRows, WeekOfTotals)(benchmark::State& state) {
  Measure(state, [](auto& connection) {
    return ReadTotals(connection, kNoon, kNoon + std::chrono::hours(24 * 9));
  });
}

}  // namespace
}  // namespace agm::ledger
