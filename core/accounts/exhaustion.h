#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "core/accounts/member.h"
#include "core/accounts/penalty.h"
#include "core/accounts/pool.h"
#include "core/base/result.h"

namespace agm::accounts {

/// What one account is doing, in the words that people and programs see.
struct Standing {
  std::string_view state;      ///< "ready", "cooling", "disabled", "quarantined"
  std::string_view reason;     ///< the trouble's name; empty when ready
  const Rest* rest = nullptr;  ///< the one that lasts longest
};

/// For one model, or (empty) for whatever it rests from.
Standing StandingOf(const Member& member, std::string_view model, TimePoint now);

/// Everything about one account.
AccountStatus StatusOf(const Member& member, Moment moment);

/// Why nobody can serve the model now: the most informative code, when the first one wakes, how
/// many rest, and the standing of each (the contract is Pool's).
Error Exhausted(const std::vector<std::shared_ptr<Member>>& members, std::string_view model,
                Moment moment);

/// The calendar's time of a point on the monotonic clock, rounded up to a second for people.
WallTime CalendarTime(TimePoint point, Moment moment);

}  // namespace agm::accounts
