#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "core/accounts/account_state.h"
#include "core/accounts/member.h"
#include "core/accounts/penalty.h"
#include "core/accounts/pool.h"
#include "core/base/result.h"

namespace agm::accounts {

/// The state of one account, in the terms of the user interface.
struct Standing {
  AccountState state = AccountState::kReady;
  std::string_view reason;             ///< name of the failure; empty if ready
  const Cooldown* cooldown = nullptr;  ///< the longest cooldown
};

/// The account's state for one model, or (empty) for all its cooldowns.
Standing StandingOf(const Member& member, std::string_view model, TimePoint now);

/// The complete status of one account.
AccountStatus StatusOf(const Member& member, Moment moment);

/// Why none of the accounts that serve the model can do so now: the most informative code, when the
/// first cooldown ends, what a person must do, and the state of each account (see Pool for the
/// contract). `configured`: there is any account at all.
Error Exhausted(const std::vector<Member*>& members, bool configured, std::string_view model,
                Moment moment);

/// Converts a time of the monotonic clock to calendar time, rounded up to a second for people.
WallTime CalendarTime(TimePoint point, Moment moment);

}  // namespace agm::accounts
