#include "core/ledger/journal.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/ledger/price.h"
#include "core/ledger/recost.h"

namespace agm::ledger {
namespace {

using namespace std::chrono_literals;

constexpr auto kCollect = 100ms;
constexpr std::size_t kBuffer = 1024;
constexpr std::size_t kMostWaiting = 4096;  ///< rows that wait for a disk that is full
constexpr std::size_t kMostTapes = 32;
constexpr std::size_t kMostTaped = 128'000'000;  ///< bytes of tapes that wait
constexpr auto kFirstRetry = 1s;
constexpr auto kLongestRetry = 60s;
constexpr auto kTidyEvery = 10s;

}  // namespace

Journal::Journal(store::Database& database, Clock& clock, Count count, Warn warn)
    : database_(database), clock_(clock), count_(std::move(count)), warn_(std::move(warn)) {
  thread_ = std::thread([this] { Work(); });
}

Journal::~Journal() {
  {
    std::lock_guard lock(incoming_mutex_);
    closing_ = true;
  }
  arrived_.notify_all();
  thread_.join();
}

void Journal::Apply(const Settings& settings) {
  std::lock_guard lock(state_mutex_);
  settings_ = settings;
}

Result<std::size_t> Journal::CorrectCosts() {
  std::shared_ptr<const PriceList> prices;
  {
    std::lock_guard lock(state_mutex_);
    prices = settings_.prices;
  }
  bool needed = false;
  auto known = database_.Transact([&](store::Connection& connection) -> Result<void> {
    const auto needs = NeedsRecost(connection, prices->digest());
    if (!needs) return needs.error();
    needed = *needs;
    return {};
  });
  if (!known) return std::move(known).error();
  if (!needed) return std::size_t{0};
  const auto transact = [this](const store::Database::Work& work) -> Result<void> {
    std::lock_guard lock(writing_mutex_);
    Settle();
    if (!WriteBatch()) return Fail(ErrorCode::kIo, "the request log cannot be written for now");
    return database_.Transact(work);
  };
  return RecostAll(transact, prices->rows(), prices->digest(), clock_.Wall());
}

void Journal::Add(Entry&& entry) {
  {
    std::lock_guard lock(incoming_mutex_);
    if (incoming_.size() < kBuffer) {
      incoming_.push_back(std::move(entry));
      if (incoming_.size() == 1 || incoming_.size() == kBuffer / 2) arrived_.notify_one();
      return;
    }
  }
  std::lock_guard lock(state_mutex_);
  SetCost(settings_.prices->rows(), entry);
  const auto held = std::move(entry.held);
  count_(entry);
  if (entry.is_probe) return;
  waiting_.totals[KeyOf(entry)].Add(entry);
  skipped_.fetch_add(1, std::memory_order_relaxed);
}

void Journal::AddTape(Taped taped) {
  std::lock_guard lock(incoming_mutex_);
  if (incoming_tapes_.size() >= kMostTapes) return;
  std::size_t bytes = taped.tape->bytes();
  for (const Taped& each : incoming_tapes_) bytes += each.tape->bytes();
  if (bytes > kMostTaped) return;
  incoming_tapes_.push_back(std::move(taped));
  arrived_.notify_one();
}

void Journal::Settle() {
  std::lock_guard lock(state_mutex_);
  SettleLocked();
}

bool Journal::Flush() {
  std::lock_guard lock(writing_mutex_);
  Settle();
  return WriteBatch();
}

Result<void> Journal::WithTotals(WallTime since, const std::function<void(const Totals&)>& work) {
  std::lock_guard writing(writing_mutex_);
  std::lock_guard lock(state_mutex_);
  SettleLocked();
  Result<Totals> totals = Totals();
  auto read = database_.Read([&](store::Connection& connection) -> Result<void> {
    totals = ReadTotals(connection, since, clock_.Wall() + std::chrono::hours(24));
    return totals ? Result<void>() : Result<void>(totals.error());
  });
  if (!read) return read;
  for (const auto& [key, sums] : waiting_.totals) {
    if (TimeOf(key.quarter) >= since) (*totals)[key].Add(sums);
  }
  work(*totals);
  return {};
}

Journal::Figures Journal::figures() const {
  return {written_.load(), skipped_.load(), bytes_.load()};
}

void Journal::SettleLocked() {
  {
    std::lock_guard lock(incoming_mutex_);
    incoming_.swap(spare_);
    std::move(incoming_tapes_.begin(), incoming_tapes_.end(), std::back_inserter(waiting_.tapes));
    incoming_tapes_.clear();
  }
  if (waiting_.tapes.size() > kMostTapes) waiting_.tapes.resize(kMostTapes);
  waiting_.rows.reserve(waiting_.rows.size() + spare_.size());
  for (Entry& entry : spare_) CountLocked(entry);
  spare_.clear();
}

void Journal::CountLocked(Entry& entry) {
  SetCost(settings_.prices->rows(), entry);
  const auto held = std::move(entry.held);  // until the entry is counted, and no longer
  count_(entry);
  if (entry.is_probe) return;
  waiting_.totals[KeyOf(entry)].Add(entry);
  if (!settings_.requests) return;
  if (!settings_.addresses) entry.address.clear();
  if (MayWriteRow(entry)) {
    waiting_.rows.push_back(std::move(entry));
  } else {
    skipped_.fetch_add(1, std::memory_order_relaxed);
  }
}

// Failed requests have a share of their own, so that a flood of good ones does not hide them.
bool Journal::MayWriteRow(const Entry& entry) {
  if (waiting_.rows.size() >= kMostWaiting) return false;
  const TimePoint now = clock_.Now();
  if (now - pace_.second >= 1s) pace_ = {now};
  return ++(entry.failed() ? pace_.failed : pace_.answered) <= settings_.rows_per_second;
}

// Writes what waits, without the state's lock, so that no request waits for the disk.
bool Journal::WriteBatch() {
  Batch batch;
  {
    std::lock_guard lock(state_mutex_);
    std::swap(batch, waiting_);
  }
  if (batch.empty()) return true;
  const auto done = database_.Transact([&](store::Connection& connection) {
    auto written = WriteRequests(connection, batch.rows);
    if (written) written = AddTotals(connection, batch.totals);
    return written ? WriteTapes(connection, batch.tapes) : written;
  });
  if (done) {
    written_.fetch_add(batch.rows.size(), std::memory_order_relaxed);
    if (failing_.exchange(false)) warn_("the request log is written again");
    return true;
  }
  if (!failing_.exchange(true)) {
    warn_(fmt::format("the request log cannot be written for now: {}; totals are kept in memory",
                      done.error().message));
  }
  KeepFor(std::move(batch));
  return false;
}

// Puts a batch that could not be written before what has come meanwhile.
void Journal::KeepFor(Batch batch) {
  std::lock_guard lock(state_mutex_);
  for (const auto& [key, sums] : batch.totals) waiting_.totals[key].Add(sums);
  if (waiting_.tapes.empty()) waiting_.tapes = std::move(batch.tapes);
  const std::size_t room = kMostWaiting - std::min(kMostWaiting, waiting_.rows.size());
  if (batch.rows.size() > room) {
    skipped_.fetch_add(batch.rows.size() - room, std::memory_order_relaxed);
    batch.rows.erase(batch.rows.begin(), batch.rows.end() - static_cast<std::ptrdiff_t>(room));
  }
  waiting_.rows.insert(waiting_.rows.begin(), std::make_move_iterator(batch.rows.begin()),
                       std::make_move_iterator(batch.rows.end()));
}

void Journal::Tidy() {
  if (clock_.Now() < next_tidy_) return;
  Settings settings;
  {
    std::lock_guard lock(state_mutex_);
    settings = settings_;
  }
  const auto done = retention_.Run(database_, settings, clock_.Wall(), clock_.Now());
  if (done) bytes_.store(done->bytes);
  const bool soon = done && done->more_to_do;
  next_tidy_ = clock_.Now() + (soon ? Duration(kCollect) : Duration(kTidyEvery));
}

void Journal::Work() {
  std::chrono::milliseconds pause = kFirstRetry;
  TimePoint retry_at{};
  for (;;) {
    bool closing = false;
    {
      std::unique_lock lock(incoming_mutex_);
      const auto woken = [&] { return closing_ || !incoming_.empty() || !incoming_tapes_.empty(); };
      // Rows grow old also while no request comes.
      failing_ ? arrived_.wait_for(lock, kFirstRetry, woken)
               : arrived_.wait_for(lock, 10min, woken);
      arrived_.wait_for(lock, kCollect,
                        [&] { return closing_ || incoming_.size() >= kBuffer / 2; });
      closing = closing_;
    }
    std::lock_guard lock(writing_mutex_);
    Settle();
    const TimePoint now = clock_.Now();
    if (failing_ && now < retry_at && !closing) continue;
    const bool done = WriteBatch();
    pause = done ? std::chrono::milliseconds(kFirstRetry)
                 : std::min<std::chrono::milliseconds>(pause * 2, kLongestRetry);
    retry_at = now + pause;
    if (closing) return;
    if (done) Tidy();
  }
}

}  // namespace agm::ledger
