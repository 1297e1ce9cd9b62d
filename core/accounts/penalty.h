#pragma once

#include "core/accounts/cooldowns.h"
#include "core/accounts/moment.h"
#include "core/base/clock.h"
#include "core/upstream/trouble.h"

namespace agm::accounts {

/// The cooldown after a failed attempt. The table in upstream/trouble.cc says which owner gets a
/// cooldown and how long it is; these rules say how it grows when the same limit is hit again:
///
///   the upstream's delay     that, plus at most 10 % and at most 1 s
///   minute_quota             always only that
///   day_quota                first the upstream's delay; if hit again on the same day, or if the
///                            upstream named no delay: until midnight in Los Angeles, at most 24 h
///   shared_limit             30 s, doubling up to 5 min
///   internal, garbage, network   none for the first n - 1 in a row (n: TroubleRow::strikes), then
///                            5 s for the nth, and 10 s for each later one
///   model_overloaded, unavailable   2 s, or the upstream's delay up to 5 s
///   a refused credential     until an operator ends it
///
/// `known` is the owner's present cooldown for the same failure, if any. `taken` is the start of
/// the failed attempt; an attempt that began before the last strike hit the same limit, so it is
/// not another strike. `chance` in [0, 1) determines the jitter.
///
/// Thread safety: any thread.
Cooldown Penalty(const upstream::Failure& failure, std::string_view model, const Cooldown* known,
                 TimePoint taken, Moment moment, double chance);

/// True if the account is shown as quarantined, because a person must fix the cause.
bool IsQuarantine(upstream::Trouble trouble);

/// The owner of the cooldown, by the table; billing failures belong to the project, not to the key.
enum class Owner { kNobody, kAccount, kProject, kEndpoint };
Owner OwnerOf(upstream::Trouble trouble);
/// True if the cooldown applies to one model only.
bool IsForModel(upstream::Trouble trouble);

}  // namespace agm::accounts
