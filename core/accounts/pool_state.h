#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/accounts/account_queue.h"
#include "core/accounts/affinity.h"
#include "core/accounts/penalty.h"
#include "core/accounts/pool.h"
#include "core/accounts/roster.h"
#include "core/store/counts.h"

namespace agm::accounts {

/// Changes and events to report after the lock is released.
struct Notes {
  std::vector<PoolJournal::Cooldown> cooldowns;
  std::optional<PoolJournal::Usage> usage;
  std::optional<PoolJournal::Belonging> belonging;
  std::optional<PoolJournal::Quota> quota;
  std::optional<PoolJournal::Tie> tie;
  std::vector<std::string> dropped;
  std::vector<AccountEvent> events;
  std::string counted;  ///< a group of shared counts that changed; empty: none
  bool tell_at_once = false;
  std::string begun;  ///< a group with a request that began; empty: none
  std::string ended;  ///< a group with a request that ended; empty: none

  void Write(PoolJournal* journal, const HearEvent& hear) const;
};

/// The pool's state. Functions under "Locked" require that the caller holds the lock.
struct Pool::State : std::enable_shared_from_this<Pool::State> {
  State(Clock& the_clock, PoolJournal* the_journal, HearEvent the_ear,
        const upstream::Providers& the_providers)
      : clock(the_clock),
        journal(the_journal),
        hear(std::move(the_ear)),
        providers(the_providers) {}

  Clock& clock;
  PoolJournal* const journal;
  const HearEvent hear;
  const upstream::Providers& providers;

  std::atomic<store::Counts*> counts = nullptr;  ///< null: this machine works alone

  /// True if the journal passes on what it is told to the pools of other nodes.
  bool IsShared() const { return journal != nullptr && journal->IsShared(); }

  mutable std::mutex mutex;
  std::condition_variable changed;
  int waiting = 0;
  std::shared_ptr<const config::Config> config;
  Roster roster;
  std::unordered_map<std::string, std::unique_ptr<AccountQueue>> queues;
  Affinity affinity;
  AffinityCounts affinities{};
  /// Of any account; used to tell a network failure from an account's failure.
  TimePoint last_success{};
  std::optional<std::chrono::nanoseconds> clocks_apart;

  // Locked:
  Moment Look();
  AccountQueue& QueueFor(const std::string& target);
  /// Why no account can serve the target.
  Error WhyNone(const std::string& target, Moment moment) const;
  /// The account for a request; or null, and the time at which to look again.
  Member* Choose(Lease::Taken& taken, const Wanted& wanted, Moment moment, TimePoint deadline,
                 std::optional<TimePoint>& wait);
  Member* Pick(AccountQueue& queue, const Search& search, const Affinity::Tie& tie,
               TimePoint deadline, std::optional<TimePoint>& wait);
  /// Counts a request. If other machines count with this one and a limit is certain, it leaves a
  /// question in `taken`, and the lease is valid once IsAgreed has said so.
  void Begin(Lease::Taken& taken, Member& member, Moment moment, Notes& notes);
  void BeginTogether(Lease::Taken& taken, Moment moment, Notes& notes);
  /// Waits for a change of the state, and at most a moment.
  void WaitUntil(TimePoint wake, TimePoint now, std::unique_lock<std::mutex>& lock);
  /// The lease is given out.
  void GiveOut(const Lease::Taken& taken, Moment moment, Notes& notes);
  void TakeBack(const Lease::Taken& taken, Moment moment);
  /// Ends the cooldown that the pool began ahead because of a lease that is taken back.
  void EndAhead(const Lease::Taken& taken, Moment moment, Notes& notes);
  void CountAffinity(const Affinity::Tie& tie, const Member& member);
  /// The quotas that the lease counts on, in their group of the shared counts.
  Quotas& QuotasOf(const Lease::Taken& taken);
  store::OthersRequests FollowShares(const Lease::Taken& taken, const std::string& group);
  /// Starts the cooldown of a project whose quota is certainly used up, before the upstream
  /// refuses.
  void LookAhead(Member& member, const ModelName& model, Moment moment, Notes& notes);
  void StartCooldown(Member& member, const ModelName& model, const Quotas::Wall& wall,
                     Moment moment, Notes& notes);
  void Punish(const Lease::Taken& taken, const upstream::Failure& failure, Moment moment,
              Notes& notes);
  void Restore(Moment moment);
  void Wake();

  // These take the lock, or need none:
  /// Reports to the journal, to `hear` and to the other machines.
  void Write(const Notes& notes) const;
  /// Asks the other machines, without the lock, whether there is room for the request. False: the
  /// lease is taken back, and its project has a cooldown.
  bool IsAgreed(Lease::Taken& taken, Notes& notes);
  /// The same with the server's answer; without one the own count decides.
  bool Conclude(Lease::Taken& taken, const std::optional<store::Verdict>& verdict, Notes& notes);
  void GiveBack(const Lease::Taken& taken);
  /// Learns what the other machines use, before a refusal for a quota is judged.
  void AskOthers(const Lease::Taken& taken);
  void End(Lease::Taken& taken, const Success* success, const upstream::Failure* failure);
};

/// The data of a lease.
struct Lease::Taken {
  std::shared_ptr<Pool::State> pool;
  ModelName model;
  std::uint64_t session = 0;
  std::shared_ptr<Member> member{};
  std::shared_ptr<const config::Account> account{};
  TimePoint at{};
  std::int64_t expected_tokens = 0;
  bool reported = false;
  std::string conversation{};                 ///< set if other processes follow
  Affinity::Tie tie{};                        ///< of the conversation, before this lease
  std::optional<store::Question> question{};  ///< for the other machines
};

}  // namespace agm::accounts
