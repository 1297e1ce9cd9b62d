#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"
#include "core/upstream/trouble.h"

namespace agm::accounts {

/// One cooldown of an account, a project or an endpoint.
struct Cooldown {
  std::string model;  ///< empty: all models
  upstream::Trouble trouble = upstream::Trouble::kInternal;
  TimePoint since{};  ///< time of the last strike
  TimePoint until{};  ///< TimePoint::max(): until an operator ends it; past: only counts strikes
  int strikes = 0;
  TimePoint counts_until{};  ///< a strike before then is a repeated one
  std::string why{};         ///< details for the person who must fix the cause
  std::string said{};        ///< the upstream's own sentence, fit to be shown; may be empty
  bool told = false;         ///< the log has a line about it, and none yet about its end
  bool ahead = false;        ///< the pool began it before the upstream refused

  bool forever() const { return until == TimePoint::max(); }
};

/// The cooldowns of one owner, at most one for each model and failure. A deadline is never
/// shortened. There are few and they are short, so a plain list is fastest.
///
/// Thread safety: one thread at a time.
class Cooldowns {
 public:
  bool empty() const { return cooldowns_.empty(); }
  const std::vector<Cooldown>& all() const { return cooldowns_; }

  /// When these cooldowns allow the model again; a past time means now.
  TimePoint ReadyAt(std::string_view model) const;
  /// The entry for exactly this model and failure, active or not; null if there is none.
  const Cooldown* Find(std::string_view model, upstream::Trouble trouble) const;
  /// Adds or extends an entry; keeps the later deadline. Returns the resulting entry.
  const Cooldown& Put(Cooldown cooldown, TimePoint now);
  /// Marks the model's expired entries whose end is not in the log yet as logged. Returns the first
  /// of them, which the caller logs; null if there is none.
  const Cooldown* TakeExpired(std::string_view model, TimePoint now);
  /// After a success: forgets expired entries for the model, except a daily quota's strikes.
  void ForgetExpired(std::string_view model, TimePoint now);
  /// True if a long cooldown of the whole owner has ended and no success has followed yet.
  bool Unproven(TimePoint now) const;
  /// Adds all entries of another owner.
  void Join(const Cooldowns& other, TimePoint now);
  /// Moves all deadlines earlier by a time that the monotonic clock has missed.
  void Advance(Duration by);
  /// Removes the model's active entries that the pool began ahead, at `since` or later. Returns the
  /// first of them; nullopt if there is none.
  std::optional<Cooldown> DropAhead(std::string_view model, TimePoint since, TimePoint now);
  /// Removes all entries for that failure.
  void Drop(upstream::Trouble trouble);
  void Clear() { cooldowns_.clear(); }

 private:
  void Prune(TimePoint now);
  std::vector<Cooldown> cooldowns_;
};

}  // namespace agm::accounts
