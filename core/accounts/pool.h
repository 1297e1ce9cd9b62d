#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/accounts/account_state.h"
#include "core/accounts/seen_quotas.h"
#include "core/base/cancellation.h"
#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/config/config.h"
#include "core/store/counts.h"
#include "core/store/pool_journal.h"
#include "core/upstream/providers.h"
#include "core/upstream/trouble.h"

namespace agm::accounts {

/// The parameters of Pool::Take.
struct Wanted {
  std::string model;    ///< the upstream's model name, or "ACCOUNT/MODEL" for one account only
  std::string session;  ///< affinity key of the conversation; empty: none
  std::vector<std::string> tried;  ///< names of accounts to leave out
  bool through_breaker = false;    ///< ignore the model's circuit breaker: a request that met the
                                   ///< overload may try another account at once
};

/// The outcome of a lease.
struct Success {
  Duration first_byte{0};
  std::int64_t tokens = 0;        ///< total
  std::int64_t input_tokens = 0;  ///< the part that quotas per minute count; 0: all of them
};
struct Abandoned {};  ///< the client disconnected, or the account was not to blame

/// One cooldown of an account.
struct CooldownStatus {
  std::string model;              ///< empty: all models
  std::string reason;             ///< name of the failure
  std::optional<WallTime> until;  ///< nullopt: until an operator ends it
};

/// The complete public status of one account.
struct AccountStatus {
  std::string name;
  std::string label;  ///< email or name
  std::string kind;
  std::string project;
  AccountState state = AccountState::kUnknown;
  std::string reason;  ///< name of the failure, "disabled by configuration", ...
  std::string why;     ///< details of a quarantine; after a restart the upstream's sentence
  std::string model;   ///< set if the cooldown is for this model only
  std::optional<WallTime> until;
  std::int64_t requests = 0;
  std::int64_t errors = 0;
  std::int64_t tokens = 0;
  std::int64_t in_flight = 0;
  std::optional<WallTime> last_used;
  std::optional<Duration> first_byte;     ///< recent mean
  std::vector<CooldownStatus> cooldowns;  ///< all; `state` to `until` are of the most important one
  std::vector<SeenQuota> quotas;  ///< quotas of its project that refused a request since the start

  /// The number of models in cooldown while the account serves others.
  std::size_t ModelsCooling() const;
};

using store::PoolJournal;

/// A change of an account's state, for the log.
struct AccountEvent {
  enum class Kind {
    kCooldown,     ///< the pool does not use it for a time
    kQuarantined,  ///< its credential was refused; a person must act
    kRecovered     ///< it serves again
  };
  Kind kind = Kind::kCooldown;
  std::string account;             ///< label
  std::string model;               ///< empty: all models
  std::string reason;              ///< name of the trouble
  std::optional<Duration> length;  ///< nothing: until a person acts
  std::string said;                ///< the upstream's own sentence, fit to be shown
};

/// Receives each account event once. Any thread may call it; it must not block for long.
using HearEvent = std::function<void(const AccountEvent&)>;

/// How often a conversation got the account that it had before.
struct AffinityCounts {
  std::uint64_t kept = 0;
  std::uint64_t moved = 0;  ///< that account could not serve, or the scheduling chose another one
  std::uint64_t began = 0;  ///< the conversation had no account yet
};

class Pool;
class Lease;

/// A lease that the pool would give at once, before the other machines were asked about the quota
/// of its project. Destroying it gives it back.
///
///   if (auto proposal = pool.Propose(wanted)) {
///     const auto verdict = Ask(proposal->question());
///     if (auto mine = std::move(*proposal).Conclude(verdict)) Use(*std::move(mine));
///   }
///
/// Thread safety: one thread at a time.
class Proposal {
 public:
  Proposal(Proposal&& other) noexcept;
  Proposal& operator=(Proposal&& other) noexcept;
  ~Proposal();

  const store::Question& question() const;
  /// The lease, or nothing if the quota is full. Without a verdict the own count decides.
  std::optional<Lease> Conclude(const std::optional<store::Verdict>& verdict) &&;

 private:
  friend class Pool;
  struct State;
  explicit Proposal(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// An account for one attempt. It reports the outcome exactly once; destroying it without a report
/// counts as Abandoned.
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
  /// The upstream's name of the model, without an account's name.
  const std::string& model() const;
  /// The owner of the used quota: the declared or learned project, else the account's name. If
  /// requests of two different projects fail alike, the accounts are not to blame.
  std::string project() const;
  void Report(const Success& success);
  void Report(const upstream::Failure& failure);
  /// Gives the lease back, because no request was sent with it.
  void GiveBack();

 private:
  friend class Pool;
  friend class Proposal;
  struct Taken;
  explicit Lease(std::unique_ptr<Taken> taken);
  std::unique_ptr<Taken> taken_;
};

/// Chooses an account for each attempt, so that load is spread and accounts in cooldown are spared.
///
///   auto lease = pool.Take(wanted, deadline, cancellation);   // the best available account
///   ...
///   lease->Report(failure);                    // starts a cooldown of its project for this model
///
/// Take never returns an account in `wanted.tried`. If all others are in cooldown, it waits for the
/// first cooldown to end, at most until `deadline`. If no account can serve in time, it fails with
/// kRateLimited, kQuotaExhausted, kOverloaded, kUnknownModel or kNoAccount, whichever is most
/// informative. The error has retry_after_ms = the earliest recovery, a message that says
/// what happened, when it ends and what to do (without names of accounts), and Error::members =
/// `"accounts":[...]` with label, state, reason and until of each. Take does not wait while another
/// account is available, with one exception, the purpose of cache_first: a conversation waits for
/// the account that answered it before, if its cooldown ends by `deadline`.
///
/// Among the available accounts with the lowest priority number Take chooses: with cache_first the
/// conversation's own account, else like balance; with balance the account with the fewest requests
/// in progress relative to what is left of its quota, and among equally busy ones the account that
/// was used least in the last minute (the conversation's own even with four requests more); with
/// performance_first the account with the lowest recent time to the first byte.
///
/// A reload (Apply) keeps the state of accounts that stay; an account that is added again or gets
/// another credential starts without cooldowns. Earlier leases keep their account alive.
///
/// In a cluster (ShareBy) declared and certain learned quotas hold for all machines together: Take
/// asks the server about the account that it chose, at most 20 ms, and chooses another one if the
/// quota is full. Without an answer the own count decides. Where no limit is known, the pool hears
/// after each request what the other machines use, so that all of them spread evenly.
///
/// Thread safety: any thread. No lock is held across I/O.
class Pool {
 public:
  Pool(std::shared_ptr<const config::Config> config, Clock& clock, PoolJournal* journal,
       HearEvent hear = {}, const upstream::Providers& providers = upstream::BuiltInProviders());
  ~Pool();

  void Apply(std::shared_ptr<const config::Config> config);
  /// Counts quotas together with the other machines; null: alone again, when no request runs.
  void ShareBy(store::Counts* counts);
  /// Ends the account's cooldowns and quarantine, because the user has fixed it (added or checked
  /// it again). False if there is no account of that name.
  bool Recover(const std::string& account);
  /// Takes over a cooldown that another process started; it is not written to the journal. Never
  /// shortens one.
  void Adopt(const PoolJournal::Cooldown& cooldown);
  /// Ends the cooldowns of an account, or of "project:ID", because another process did.
  void AdoptRecovery(const std::string& owner);
  /// Takes over what another process learned of an account's project.
  void AdoptBelonging(const PoolJournal::Belonging& belonging);
  void AdoptQuota(const PoolJournal::Quota& quota);
  /// Takes over which account answered a conversation.
  void AdoptTie(const PoolJournal::Tie& tie);
  /// All cooldowns in effect, as the journal keeps them.
  std::vector<PoolJournal::Cooldown> Cooling() const;
  Result<Lease> Take(const Wanted& wanted, TimePoint deadline, const Cancellation& cancellation);
  /// In a cluster: the account that Take would choose without waiting, if the other machines must be
  /// asked about its quota. nullopt: there is nothing to ask, or no account is available.
  std::optional<Proposal> Propose(const Wanted& wanted);
  /// A lease of this account and no other, for a request that only it can serve because it holds a
  /// file or a cache. Waits for the end of its cooldown, at most until `deadline`; then fails as
  /// Take does, or with kNotFound if there is no such account any more.
  Result<Lease> TakeOne(const std::string& account, const std::string& model, TimePoint deadline,
                        const Cancellation& cancellation);
  /// The error that Take would return without waiting; nullopt while an account is available.
  std::optional<Error> WhyNobody(const std::string& model) const;
  /// The same for TakeOne.
  std::optional<Error> WhyNot(const std::string& account, const std::string& model) const;
  /// The account that Take would give at once, without a lease, for a request that uses no quota;
  /// nullopt if no account is available.
  std::optional<config::Account> Peek(const std::string& model, const std::string& session) const;
  /// The kinds of the accounts that serve the target (in cooldown or not), each once.
  std::vector<config::AccountKind> KindsOf(const std::string& target) const;
  /// The upstream's name of the target's model: "llama3.3" for the target "local/llama3.3".
  std::string ModelOf(const std::string& target) const;
  /// True if an account of a kind that serves only what it lists has a model of exactly that name.
  bool HasOwnModel(const std::string& model) const;
  /// Notes the models that the accounts' upstreams list, by the account's name. An account that is
  /// missing keeps what is known.
  using Listings = std::map<std::string, std::shared_ptr<const std::set<std::string>>>;
  void NoteModels(const Listings& listings);
  /// True if some account may serve the target, by its setting `models` and by what its upstream
  /// lists. The account may be in cooldown.
  bool HasAccountFor(const std::string& target) const;
  /// Accounts in the configuration's order.
  std::vector<AccountStatus> Status() const;
  AffinityCounts affinities() const;
  /// The number of accounts that could serve some model now.
  int Ready() const;

 private:
  friend class Lease;
  friend class Proposal;
  struct State;
  std::shared_ptr<State> state_;  ///< leases keep it alive
};

}  // namespace agm::accounts
