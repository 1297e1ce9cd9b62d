#pragma once

#include "core/accounts/moment.h"
#include "core/accounts/rests.h"
#include "core/base/clock.h"
#include "core/upstream/trouble.h"

namespace agm::accounts {

/// What a failed try costs. The table of troubles says who rests and for how long; here is how
/// that grows when the same wall is hit again:
///
///   what upstream asked      that, plus at most 10 % and at most 1 s
///   minute_quota             always only that
///   day_quota                first what upstream asked; again before the day turns, or when it
///   asked
///                            for nothing: until midnight in Los Angeles, at most 24 h
///   shared_limit             30 s, doubling up to 5 min
///   internal, garbage, network   counted; from the table's nth in a row on 5 s, then 10 s
///   model_overloaded, unavailable   2 s; what upstream asked, up to 5 s
///   a credential refused     until somebody heals it
///
/// `known`: the owner's rest for the same trouble, if any. `taken`: when the failed try began;
/// tries that began before the last strike fell have hit the same wall with it and are no strike
/// again. `chance` in [0, 1) chooses the jitter.
///
/// Thread safety: any thread.
Rest Penalty(const upstream::Failure& failure, std::string_view model, const Rest* known,
             TimePoint taken, Moment moment, double chance);

/// Whether the account is to be shown as quarantined: somebody must do something about it.
bool IsQuarantine(upstream::Trouble trouble);

/// Who rests: as the table says, but money is the project's, not the key's.
enum class Owner { kNobody, kAccount, kProject, kEndpoint };
Owner OwnerOf(upstream::Trouble trouble);
/// Whether the rest concerns one model only.
bool IsForModel(upstream::Trouble trouble);

}  // namespace agm::accounts
