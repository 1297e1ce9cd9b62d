#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/accounts/member.h"
#include "core/base/clock.h"
#include "core/config/config.h"

namespace agm::accounts {

/// What one Take looks for in a line.
struct Search {
  TimePoint now;
  WallTime wall;
  config::Scheduling scheduling;
  const std::vector<std::string>& tried;
  Member* favourite;     ///< the conversation's account, or null
  bool through_breaker;  ///< an overload of the model does not count
};

/// The accounts that may serve one model, in tiers of equal priority, those that rest set apart. So
/// a search costs the same with 10 accounts as with 1,000: it looks at some that are awake, and
/// each rest is seen once when it begins and once when it ends.
///
///   awake:  [a d f ...]  ─── found resting ──▶  asleep: a heap by the time of waking
///             ▲                                    │
///             └──────────── its time came ─────────┘
///
/// A model's breaker concerns nearly all of them, for seconds: nobody is put to sleep for it.
///
/// Relies on rests only ever getting longer; whoever ends one early makes new lines.
///
/// Thread safety: one thread at a time.
class Line {
 public:
  /// `members` are those that list the model, in the configuration's order.
  Line(ModelName model, const std::vector<Member*>& members);

  bool empty() const { return tiers_.empty(); }
  const ModelName& model() const { return model_; }

  /// The best that is free; null if there is none.
  Member* Choose(const Search& search);
  /// When this one may be asked; in the past: now.
  TimePoint WakesAt(const Member& member, const Search& search) const;
  /// Whether this one could be taken now.
  bool IsFree(const Member& member, const Search& search) const;
  /// Whether a conversation may wait for this one: it serves the model, was not tried, and is as
  /// good as any by priority.
  bool IsWorthWaitingFor(const Member& member, const Search& search) const;
  /// When the first that rests wakes; nothing if none ever does.
  std::optional<TimePoint> NextWake(const Search& search) const;

 private:
  struct Sleeper {
    TimePoint until;
    Member* member;
  };
  struct Tier {
    int priority = 0;
    std::vector<Member*> awake;
    std::vector<Sleeper> asleep;  ///< a heap, earliest on top
    std::size_t cursor = 0;
    Member* champion = nullptr;  ///< the fastest that was found so far
  };

  /// The cheapest so far; of equals the first.
  struct Best {
    Member* member = nullptr;
    double cost = 0;
    void Offer(Member* candidate, double its_cost);
  };

  Best FirstGuess(const Tier& tier, const Search& search) const;
  Member* ChooseIn(Tier& tier, const Search& search);
  bool IsAtHome(const Tier& tier, const Search& search) const;
  void Wake(Tier& tier, TimePoint now);
  void PutToSleep(Tier& tier, std::size_t at, TimePoint until);
  double Cost(Member& member, const Search& search) const;

  ModelName model_;
  std::vector<Tier> tiers_;
};

}  // namespace agm::accounts
