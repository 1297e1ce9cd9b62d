#pragma once

#include <string>

#include "core/accounts/member.h"
#include "core/accounts/moment.h"
#include "core/accounts/pool_state.h"
#include "core/store/pool_journal.h"

/// The pool's cooldowns in the form of its journal, and back. The pool's lock guards all of it.
namespace agm::accounts {

/// The list of cooldowns that a failure belongs to: the account's, its project's or its endpoint's;
/// null if the failure starts no cooldown.
Cooldowns* CooldownsOf(Member& member, upstream::Trouble trouble);

/// The owner under which the journal keeps the cooldowns of the member's project.
std::string JournalOwner(const Member& member);

/// A cooldown as the journal keeps it.
PoolJournal::Cooldown Journaled(const Member& member, const Cooldown& cooldown, Moment moment);

/// The journal's form of the quotas that refusals taught about a project, for one model.
PoolJournal::Quota Journaled(const Member& member, const std::string& model,
                             const Quotas::Learned& learned, Moment moment);

/// Notes the event that starts `cooldown`. Extending a cooldown that the log has already is no
/// event.
void TellOf(const Member& member, Cooldown& cooldown, const Cooldown* known, TimePoint now,
            Notes& notes);

/// Notes the event that `cooldown` is over.
void TellEnd(const Member& member, const Cooldown& cooldown, Notes& notes);

}  // namespace agm::accounts
