#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "core/accounts/member.h"
#include "core/base/clock.h"
#include "core/config/config.h"

namespace agm::accounts {

/// The parameters of one search by Take.
struct Search {
  TimePoint now;
  WallTime wall;
  config::Scheduling scheduling;
  const std::vector<std::string>& tried;
  Member* favourite;      ///< the conversation's account, or null
  bool through_breaker;   ///< ignore the model's circuit breaker
  std::size_t ahead = 0;  ///< where to begin, counted from the account whose turn it is
};

/// The accounts that may serve one model, in tiers of equal priority. Accounts in cooldown are kept
/// apart, so a search takes the same time with 10 accounts as with 1,000: it examines some accounts
/// that are ready, and handles each cooldown once when it begins and once when it ends.
///
///   ready:  [a d f ...]  ─ found in cooldown ─▶  cooling: a heap by the end of the cooldown
///             ▲                                    │
///             └───────── the cooldown ends ────────┘
///
/// A model's circuit breaker does not move accounts to `cooling`, because it affects nearly all of
/// them and only for seconds.
///
/// Requires that cooldowns only get longer; code that ends one early must create new queues.
///
/// Thread safety: one thread at a time.
class AccountQueue {
 public:
  /// `members` are the accounts that serve the model, in the configuration's order.
  AccountQueue(ModelName model, const std::vector<Member*>& members);

  bool empty() const { return tiers_.empty(); }
  const ModelName& model() const { return model_; }
  /// The kinds of its accounts, each once, in their order of priority.
  const std::vector<config::AccountKind>& kinds() const { return kinds_; }

  /// The best available account; null if there is none.
  Member* Choose(const Search& search);
  /// When this account may serve; a past time means now.
  TimePoint ReadyAt(const Member& member, const Search& search) const;
  /// True if this account can serve now.
  bool IsFree(const Member& member, const Search& search) const;
  /// True if a conversation may wait for this account: it serves the model, was not tried, and has
  /// the best priority.
  bool IsWorthWaitingFor(const Member& member, const Search& search) const;
  /// The end of the first cooldown; nullopt if none ends by itself.
  std::optional<TimePoint> NextReady(const Search& search) const;

 private:
  struct Cooling {
    TimePoint until;
    Member* member;
  };
  struct Tier {
    int priority = 0;
    std::vector<Member*> ready;
    std::vector<Cooling> cooling;  ///< a heap, earliest on top
    std::size_t cursor = 0;
    Member* champion = nullptr;  ///< the fastest account known so far
  };

  /// The cheapest candidate so far; of equal ones the first.
  struct Best {
    Member* member = nullptr;
    double cost = 0;
    void Offer(Member* candidate, double its_cost);
  };

  Best FirstGuess(const Tier& tier, const Search& search) const;
  Member* ChooseIn(Tier& tier, const Search& search);
  bool IsAtHome(const Tier& tier, const Search& search) const;
  void EndCooldowns(Tier& tier, TimePoint now);
  void MoveToCooling(Tier& tier, std::size_t at, TimePoint until);
  double Cost(Member& member, const Search& search) const;

  ModelName model_;
  std::vector<Tier> tiers_;
  std::vector<config::AccountKind> kinds_;
  std::unordered_set<const Member*> members_;
};

}  // namespace agm::accounts
