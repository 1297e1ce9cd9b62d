#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/gateway/rotation.h"

namespace agm::gateway {

/// The ability of a model that a request needs.
enum class Use { kGenerate, kEmbed, kAny };

/// The targets of a request that an account can serve, in their order. The function leaves a target
/// out if no account lists it, neither in the configuration nor in its upstream's list, or if the
/// listed model lacks the method that `use` needs. A target that is left out uses up no attempt.
///
///   auto targets = ServableTargets(context, listed, Use::kGenerate);
///
/// The last target that may exist stays, because upstreams serve models that they do not list.
/// Fails with kUnknownModel where the last one lacks the method. Asks upstream for its list if
/// several targets or embeddings are asked for and the list is old.
///
/// Thread safety: any thread; blocks while it asks.
Result<std::vector<std::string>> ServableTargets(const RequestContext& context,
                                                 const std::vector<std::string>& targets, Use use);

}  // namespace agm::gateway
