#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"
#include "core/upstream/trouble.h"

namespace agm::accounts {

/// One reason for which somebody (an account, a project, a model somewhere) is left in peace.
struct Rest {
  std::string model;  ///< empty: all models
  upstream::Trouble trouble = upstream::Trouble::kInternal;
  TimePoint since{};  ///< when the last strike fell
  TimePoint until{};  ///< TimePoint::max(): until somebody heals it; the past: only counted
  int strikes = 0;
  TimePoint counts_until{};  ///< a strike before then is a repeated one
  std::string why{};         ///< in more words, for whoever is to mend it

  bool forever() const { return until == TimePoint::max(); }
};

/// The rests of one owner, at most one for each model and trouble. A later deadline is never
/// shortened. Few and short-lived, so a plain list is the fastest form.
///
/// Thread safety: one thread at a time.
class Rests {
 public:
  bool empty() const { return rests_.empty(); }
  const std::vector<Rest>& all() const { return rests_; }

  /// When the model may be asked for again, as far as these rests go; in the past: now.
  TimePoint WakesAt(std::string_view model) const;
  /// The one for exactly this model and trouble, over or not; null if there is none.
  const Rest* Find(std::string_view model, upstream::Trouble trouble) const;
  /// Adds or renews; keeps the later of both deadlines. Returns what now holds.
  const Rest& Put(Rest rest, TimePoint now);
  /// After a good answer: forgets what is over for the model, but not a daily quota's strikes.
  void Soften(std::string_view model, TimePoint now);
  /// Whether a long rest of the whole owner is over and nothing has shown yet that it helped.
  bool Unproven(TimePoint now) const;
  /// Takes all that another owner has.
  void Join(const Rests& other, TimePoint now);
  /// Ends all rests that much earlier: time passed that the monotonic clock did not see.
  void Advance(Duration by);
  /// Forgets all for that trouble.
  void Drop(upstream::Trouble trouble);
  void Clear() { rests_.clear(); }

 private:
  void Prune(TimePoint now);
  std::vector<Rest> rests_;
};

}  // namespace agm::accounts
