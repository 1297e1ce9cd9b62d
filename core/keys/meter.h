#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"
#include "core/base/last_minute.h"
#include "core/base/result.h"
#include "core/base/time_zone.h"
#include "core/keys/elsewhere.h"
#include "core/keys/limits.h"
#include "core/keys/spend.h"
#include "core/ledger/price.h"
#include "core/store/counts.h"

namespace agm::keys {

class Meter;

/// The amounts that a request will probably use.
struct Demand {
  std::string_view model;              ///< after mapping
  std::int64_t input = 0;              ///< an estimate, in tokens
  std::optional<std::int64_t> output;  ///< the most that it may generate; nullopt: it does not say
  std::int64_t choices = 1;
  std::span<const ledger::Price> prices = ledger::ListPrices();
};

/// A place in each limit of a key, from the admission of a request until the ledger has counted it.
///
///   before End         an estimate of tokens and cost, a place among the parallel requests
///   after End          the actual tokens and cost, as they will stand in the ledger
///   destroyed after    holds nothing: the ledger has counted the amount for the meter
///   destroyed without  gives everything back
///
/// Thread safety: one thread at a time.
class Reservation {
 public:
  Reservation() = default;
  Reservation(Reservation&& other) noexcept;
  Reservation& operator=(Reservation&& other) noexcept;
  Reservation(const Reservation&) = delete;
  Reservation& operator=(const Reservation&) = delete;
  ~Reservation();

  explicit operator bool() const { return meter_ != nullptr; }
  void End(const ledger::Tokens& tokens, const ledger::Cost& cost, TimePoint now);

 private:
  friend class Meter;

  std::shared_ptr<Meter> meter_;
  std::string model_;
  Amount held_;
  TimePoint taken_{};
  bool running_ = false;
};

/// Counts what one client key uses, and admits its requests within limits. It outlives reloads and
/// rotations: it belongs to the key's name, as the ledger's sums do.
///
///   auto place = Meter::Take(meter, limits, zone, demand, wall, now, standing);
///   if (!place) return std::move(place).error();      // 429 with the time of the next chance
///
/// The spend of a key is a sum: the ledger's amounts since the window began, which Count and Load
/// tell, and what is reserved. The meter admits a request if its estimate fits into every budget.
/// If no other request of the key runs, it admits the request as long as anything is left. Requests
/// can therefore overshoot a budget only by what those in flight cost more than their estimates.
///
/// In a cluster (ShareBy) the sums are those of all machines, and the server decides. If it does
/// not answer, the meter decides by its own count and by what the others were last known to spend.
///
/// Thread safety: any thread. The lock is held for arithmetic only, and belongs to one key; in a
/// cluster Take and AskOthers wait for the server, at most 20 ms, without the lock.
class Meter {
 public:
  explicit Meter(std::string name) : name_(std::move(name)) {}

  /// Counts together with the other machines; null: alone. No request may run then.
  void ShareBy(store::Counts* counts);
  /// The name of its counters there.
  std::string group() const { return "key:" + name_; }
  /// Returns what this machine uses, to tell the others.
  store::Shares Shares(const TimeZone& zone, WallTime wall, TimePoint now);

  /// kRateLimited or kBudgetSpent with Error::retry_after_ms and Error::quota. `standing` is set in
  /// any case. `along` goes to the server with the meter's own question, if there is one.
  static Result<Reservation> Take(const std::shared_ptr<Meter>& meter, const Limits& limits,
                                  const TimeZone& zone, const Demand& demand, WallTime wall,
                                  TimePoint now, Standing& standing,
                                  store::Companion* along = nullptr);

  Standing Now(const Limits& limits, const TimeZone& zone, WallTime wall, TimePoint now);
  /// Asks what the other machines use, so that Now tells it too.
  void AskOthers(const Limits& limits, const TimeZone& zone, WallTime wall, TimePoint now);
  /// The ledger's amount of a window.
  Amount Spent(const Window& window) const;

  /// Adds an amount of the ledger; `at` is when its request began.
  void Count(const TimeZone& zone, WallTime at, const Amount& amount);
  /// Forgets the ledger's amounts, so that they can be counted anew.
  void Forget();

  const std::string& name() const { return name_; }
  /// How many requests each limit has refused.
  std::uint64_t Refused(Limit limit) const {
    return refused_.at(static_cast<std::size_t>(limit)).load(std::memory_order_relaxed);
  }

 private:
  friend class Reservation;

  /// How many tokens answers of one model had: counts by the logarithm.
  struct Answers {
    std::array<std::uint32_t, 24> by_size{};
    std::uint32_t total = 0;
  };

  /// A request that asks for admission.
  struct Asked {
    const Limits& limits;
    const TimeZone& zone;
    WallTime wall;
    TimePoint now;
    Amount estimate{};
  };
  using Amounts = ByLimit<std::int64_t>;

  // These need the lock:
  void OpenWindows(const TimeZone& zone, WallTime wall);
  void Add(const Amount& estimate, TimePoint now);
  void TakeBack(const Amount& estimate, TimePoint now);
  Amounts OwnUse(config::BudgetOf budget_of, TimePoint now);
  Amounts AllUse(config::BudgetOf budget_of, TimePoint now);
  std::optional<Limit> FirstFull(const Asked& asked, const Amounts& used) const;
  store::Shares SharesAt(WallTime wall, TimePoint now);
  std::vector<store::Claim> ClaimsOf(const Asked& asked) const;
  Standing StandingAt(const Limits& limits, TimePoint now);
  Amount Estimate(const Demand& demand, WallTime wall) const;
  std::int64_t UsualAnswer(std::string_view model) const;
  void NoteAnswer(const std::string& model, std::int64_t tokens);
  /// Adds the request, and gives the lock away while the server decides about it.
  std::optional<Error> AddTogether(const Asked& asked, store::Companion* along,
                                   std::unique_lock<std::mutex>& lock);
  Error WhyFull(Limit limit, const Asked& asked, const Amounts& used, std::optional<Duration> room);
  Error WhySpent(Limit limit, const Asked& asked, std::int64_t used);
  Error Refuse(Limit limit, std::string why, std::string_view quota, ErrorCode code, Duration wait);

  /// Tells the other machines of a change, at once or soon. Without the lock.
  enum class Telling { kAtOnce, kSoon };
  void Tell(Telling telling) const;

  const std::string name_;
  std::atomic<store::Counts*> counts_ = nullptr;
  mutable std::mutex mutex_;
  std::uint64_t version_ = 0;  ///< of what the other machines are told
  Elsewhere elsewhere_;
  LastMinute requests_;
  LastMinute tokens_;
  int running_ = 0;
  Amount reserved_;  ///< estimates, and ended requests that the ledger has not counted yet
  Spend spend_;
  Window day_;  ///< the latest day that was asked for
  Window month_;
  std::map<std::string, Answers, std::less<>> answers_;
  std::array<std::atomic<std::uint64_t>, kLimitNames.size()> refused_{};
};

}  // namespace agm::keys
