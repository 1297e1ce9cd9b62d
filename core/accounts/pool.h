#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/accounts/seen_quotas.h"
#include "core/base/cancellation.h"
#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/config/config.h"
#include "core/upstream/trouble.h"

namespace agm::accounts {

/// What a request asks of the pool.
struct Wanted {
  std::string model;               ///< upstream model name
  std::string session;             ///< affinity key of the conversation; empty: none
  std::vector<std::string> tried;  ///< names of accounts not to be given again
  bool through_breaker = false;    ///< a model's breaker does not count: the request that met the
                                   ///< overload may ask another account at once
};

/// How a lease ended.
struct Success {
  Duration first_byte{0};
  std::int64_t tokens = 0;        ///< all of them
  std::int64_t input_tokens = 0;  ///< of these, what quotas a minute count; 0: all of them
};
struct Abandoned {};  ///< the client left, or the try was not the account's doing

/// One reason for which an account rests.
struct RestStatus {
  std::string model;              ///< empty: all
  std::string reason;             ///< name of the trouble
  std::optional<WallTime> until;  ///< nothing: until somebody heals it
};

/// Everything about one account that people and programs may see.
struct AccountStatus {
  std::string name;
  std::string label;  ///< email or name
  std::string kind;
  std::string project;
  std::string state;   ///< "ready", "cooling", "disabled" (by the user), "quarantined"
  std::string reason;  ///< name of the trouble, "disabled by configuration", ...
  std::string why;     ///< quarantined: in more words; empty after a restart
  std::string model;   ///< cooling only for this model; empty: for all
  std::optional<WallTime> until;
  std::int64_t requests = 0;
  std::int64_t errors = 0;
  std::int64_t tokens = 0;
  std::int64_t in_flight = 0;
  std::optional<WallTime> last_used;
  std::optional<Duration> first_byte;  ///< recent mean
  std::vector<RestStatus> rests;       ///< all of them; state to until tell the weightiest
  std::vector<SeenQuota> quotas;       ///< its project's that were hit since the start
};

class Pool;

/// An account for one try; reports its outcome exactly once. Dropping it without a report counts
/// as Abandoned.
///
/// Thread safety: one thread at a time.
class Lease {
 public:
  Lease(Lease&& other) noexcept;
  Lease& operator=(Lease&& other) noexcept;
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;
  ~Lease();

  const config::Account& account() const;
  /// Whose quota was used: the declared or learned project, else the account's name. Two failures
  /// with different ones were not the account's doing.
  std::string project() const;
  void Report(const Success& success);
  void Report(const upstream::Failure& failure);

 private:
  friend class Pool;
  struct Taken;
  explicit Lease(std::unique_ptr<Taken> taken);
  std::unique_ptr<Taken> taken_;
};

/// Keeps cooldowns, quarantines and totals over a restart. Implemented over the store; calls must
/// not block for long and may be made from any thread.
class PoolJournal {
 public:
  virtual ~PoolJournal() = default;
  struct Rest {
    std::string account;  ///< account name, or "project:ID" for what a project shares
    std::string model;    ///< empty: all models
    std::string reason;
    WallTime until;  ///< WallTime::max(): until somebody heals it
    int strikes = 0;
    WallTime counts_until{};   ///< another strike before then is a repeated one
    std::string credential{};  ///< fingerprint of the credential it was about; empty: of any
  };
  struct Usage {
    std::string account;
    std::int64_t requests = 0;
    std::int64_t errors = 0;
    std::int64_t tokens = 0;
    std::optional<WallTime> last_used;
  };
  /// Which project an answer told an account belongs to.
  struct Belonging {
    std::string account;
    std::string project;
    std::string credential;
  };
  virtual std::vector<Rest> LoadRests() = 0;
  virtual void SaveRest(const Rest& rest) = 0;
  virtual void DropRests(const std::string& account) = 0;
  virtual std::vector<Usage> LoadUsage() { return {}; }
  virtual void SaveUsage(const Usage&) {}  ///< totals, after each request
  virtual std::vector<Belonging> LoadBelongings() { return {}; }
  virtual void SaveBelonging(const Belonging&) {}
};

/// Hands out accounts so that load spreads and tired accounts rest.
///
///   auto lease = pool.Take(wanted, deadline, cancellation);   // the best account that may serve
///   it
///   ...
///   lease->Report(failure);                    // its project now rests for this model
///
/// Take never gives an account in `wanted.tried`. If all others rest it waits for the earliest, at
/// most until `deadline`; if none can serve in time it fails with kRateLimited, kQuotaExhausted,
/// kOverloaded, kUnknownModel or kNoAccount: the most informative one, with retry_after_ms = the
/// earliest recovery, a message that says how many rest and when the first wakes (naming none),
/// and Error::members = `"accounts":[...]` with label, state, reason and until of each. It never
/// waits while another account is free, with one exception that is the point of cache_first: a
/// conversation that was answered by an account waits for that one, if it wakes by `deadline`.
///
/// Of the accounts with the lowest priority number that are free, it gives: with cache_first the
/// conversation's own, else as balance does; with balance the one with the least under way for what
/// is left of its quota, in doubt the conversation's own, in turns; with performance_first the one
/// with the best recent time to the first byte.
///
/// A reload (Apply) keeps the state of accounts that stay; an account that is added again or gets
/// another credential starts healthy. Leases taken before keep their account alive.
///
/// Thread safety: any thread. No lock is held across I/O.
class Pool {
 public:
  Pool(std::shared_ptr<const config::Config> config, Clock& clock, PoolJournal* journal);
  ~Pool();

  void Apply(std::shared_ptr<const config::Config> config);
  /// The user has seen to the account (added it again, checked it): it starts healthy. False if
  /// there is none of that name.
  bool Heal(const std::string& account);
  Result<Lease> Take(const Wanted& wanted, TimePoint deadline, const Cancellation& cancellation);
  /// What Take would fail with if nobody waited; nothing while an account is free.
  std::optional<Error> WhyNobody(const std::string& model) const;
  /// Whether any account lists the model at all (cooling or not).
  bool Lists(const std::string& model) const;
  /// Accounts in the configuration's order.
  std::vector<AccountStatus> Status() const;
  /// How many accounts could serve something right now.
  int Ready() const;

 private:
  friend class Lease;
  struct State;
  std::shared_ptr<State> state_;  ///< leases keep it alive
};

}  // namespace agm::accounts
