#pragma once

#include <cstdint>

#include "core/base/clock.h"
#include "core/keys/calendar.h"
#include "core/keys/limits.h"
#include "core/store/counts.h"

namespace agm::keys {

/// The other machines' use of a key's limits, as far as this one was told. It serves until the
/// next answer: amounts of a minute until they expire, requests in progress for ten seconds, amounts
/// of a calendar window until it ends.
///
/// Thread safety: one thread at a time.
class Elsewhere {
 public:
  /// `verdict` has a counter for each limit, in the order of kRefusalOrder.
  void Note(const store::Verdict& verdict, const Window& day, const Window& month, TimePoint now);
  /// No answer came: this machine goes on alone, except for what was spent.
  void Lose();

  std::int64_t Used(Limit limit, const Window& day, const Window& month, TimePoint now) const;
  /// When nothing is left of an amount per minute.
  TimePoint EmptyAt(Limit limit) const { return told_ + counters_[limit].others_empty; }

 private:
  ByLimit<store::Verdict::Counter> counters_;
  TimePoint told_{};
  bool lost_ = true;
  WallTime day_ends_{};
  WallTime month_ends_{};
};

}  // namespace agm::keys
