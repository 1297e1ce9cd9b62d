#pragma once

#include "core/accounts/pool.h"
#include "core/base/log.h"

namespace agm::gateway {

/// One line for one event of an account, with the upstream's own sentence: a warning where a person
/// must act or where the account is out for more than five minutes, else information.
///
/// Thread safety: any thread.
void LogAccountEvent(Log& log, const accounts::AccountEvent& event);

}  // namespace agm::gateway
