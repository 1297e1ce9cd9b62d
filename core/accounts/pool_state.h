#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/accounts/affinity.h"
#include "core/accounts/line.h"
#include "core/accounts/penalty.h"
#include "core/accounts/pool.h"
#include "core/accounts/roster.h"

namespace agm::accounts {

/// What has to be told to the journal once the lock is given back.
struct Notes {
  std::vector<PoolJournal::Rest> rests;
  std::optional<PoolJournal::Usage> usage;
  std::optional<PoolJournal::Belonging> belonging;
  std::vector<std::string> dropped;

  void Write(PoolJournal* journal) const;
};

/// The pool's inside. Functions whose comment says "locked" want the lock held.
struct Pool::State {
  State(Clock& the_clock, PoolJournal* the_journal) : clock(the_clock), journal(the_journal) {}

  Clock& clock;
  PoolJournal* const journal;

  mutable std::mutex mutex;
  std::condition_variable changed;
  int waiting = 0;
  std::shared_ptr<const config::Config> config;
  Roster roster;
  std::unordered_map<std::string, std::unique_ptr<Line>> lines;
  Affinity affinity;
  /// Of any account, so that a network that is down is not taken for an account's fault.
  TimePoint last_success{};
  std::optional<std::chrono::nanoseconds> clocks_apart;

  // Locked:
  Moment Look();
  Line& LineFor(const std::string& model);
  Member* Pick(Line& line, const Search& search, const Affinity::Tie& tie, TimePoint deadline,
               std::optional<TimePoint>& wait);
  void Begin(Lease::Taken& taken, Member& member, Moment moment, Notes& notes);
  /// A project whose quota is surely used up rests before upstream has to say so.
  void LookAhead(Member& member, const ModelName& model, Moment moment, Notes& notes);
  void Punish(const Lease::Taken& taken, const upstream::Failure& failure, Moment moment,
              Notes& notes);
  void Restore(Moment moment);
  void Wake();

  // Take the lock:
  void End(Lease::Taken& taken, const Success* success, const upstream::Failure* failure);
};

/// What a lease holds.
struct Lease::Taken {
  std::shared_ptr<Pool::State> pool;
  ModelName model;
  std::uint64_t session = 0;
  std::shared_ptr<Member> member{};
  std::shared_ptr<const config::Account> account{};
  TimePoint at{};
  std::int64_t expected_tokens = 0;
  bool reported = false;
};

}  // namespace agm::accounts
