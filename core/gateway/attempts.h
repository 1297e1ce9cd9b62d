#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/chat/request.h"
#include "core/gateway/answer.h"
#include "core/gateway/record.h"
#include "core/gateway/services.h"

namespace agm::gateway {

/// Gets an answer for `request` from one of the targets, in their order: leases an account, calls
/// upstream, and goes on with the next account or target until the first meaningful event is
/// there, so that no failure before it is ever seen by the client. At most max_attempts tries in
/// all; waits for a resting account only where no other target is left, and only up to max_wait.
///
/// Fails with the error that the client is to see. Fills record.target, account, tries and phase.
///
/// Thread safety: any thread; blocks.
Result<Answer> GetAnswer(Services& services, const Settings& settings, const chat::Request& request,
                         const std::vector<std::string>& targets, const std::string& session,
                         Record& record, const Cancellation& client);

}  // namespace agm::gateway
