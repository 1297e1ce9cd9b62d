#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/chat/merge.h"
#include "core/chat/request.h"
#include "core/gateway/chat_call.h"
#include "core/gateway/leased_call.h"
#include "core/gateway/record.h"
#include "core/gateway/rotation.h"

namespace agm::gateway {

/// An upstream call that answers, and what starts its next hops.
struct OpenedCall {
  ChatCall call;
  LeasedCall first;
};

/// The calls that answer a request: one, or one for each choice and prompt if the model returns
/// only one at a time. Destroying them closes the upstream connections and returns the leases.
struct OpenedCalls {
  std::string target;
  std::vector<OpenedCall> calls;  ///< never empty
  chat::CallPlan plan;
};

/// Opens the calls that `request` needs, at the first of the targets that serves it, so that the
/// client never sees a failure before the event that commits it. It makes at most max_attempts
/// attempts for each call; several calls run in parallel.
///
/// Fails with the client's error. Fills record.target, account, tries and phase.
///
/// Thread safety: any thread; blocks.
Result<OpenedCalls> OpenCalls(std::shared_ptr<const RequestContext> context,
                              std::shared_ptr<const chat::Request> request,
                              const std::vector<std::string>& targets, Record& record);

}  // namespace agm::gateway
