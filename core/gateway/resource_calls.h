#pragma once

#include <string>
#include <string_view>

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/gateway/native_call.h"
#include "core/gateway/visit.h"

/// Requests about what an upstream keeps for one account (see resources_route.h).
namespace agm::gateway {

/// The client's request as a question about a resource.
NativeQuestion QuestionFor(const Visit& visit, std::string resource, NativeForm form);

/// Sends the question to the one account. `kind` names the cooldowns, which are apart from models'.
///
/// Thread safety: any thread; blocks until the upstream begins to answer.
NativeOutcome AskHolder(Visit& visit, const std::string& account, std::string_view kind,
                        const NativeQuestion& question);

/// Reads the rest of a response into `held`, unless it is very long.
Result<void> ReadWhole(NativeOpened& opened, const Cancellation& client);

/// The account on which the caller creates a resource of that kind: the one that holds what the
/// request's body names, else the one that the caller has used so far, as long as it can serve.
/// Fails with kNoAccount if no account can hold it.
Result<std::string> PlaceFor(const Visit& visit, std::string_view kind);

/// Remembers the resource that a response describes, and whose it is. Returns its description;
/// empty if there is none. `more` are members that the stored description gets, such as
/// `,"purpose":"vision"`.
std::string Remember(Visit& visit, const std::string& account, std::string_view body,
                     std::string_view more = {});

inline WallTime Now(const Visit& visit) { return visit.services.clock->Wall(); }

}  // namespace agm::gateway
