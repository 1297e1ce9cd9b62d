#pragma once

#include <string>
#include <vector>

#include "core/base/cancellation.h"
#include "core/base/result.h"
#include "core/gateway/rotation.h"
#include "core/gateway/services.h"
#include "core/mapping/model_map.h"

namespace agm::gateway {

/// The targets of a model's name. The user's mapping counts first, then a model of exactly that
/// name that an account lists whose kind has models of its own, then the built-in mapping.
///
/// Thread safety: any thread; blocks while it asks such an account for its list.
Result<mapping::Resolution> ResolveModel(Services& services, const Settings& settings,
                                         const std::string& name, const Cancellation& client);

/// The ability of a model that a request needs.
enum class Use { kGenerate, kEmbed, kAny };

/// Returns those of a request's targets that an account can serve, in their order. It leaves out:
///  - a target that no account's `models` setting allows;
///  - a target that no upstream lists, if the catalog has the complete list of every account;
///  - a target whose entry in that list lacks the method that `use` needs.
/// Nothing is sent for a target that is left out, so it uses up no attempt.
///
///   auto targets = ServableTargets(context, listed, Use::kGenerate);
///
/// If all are left out, it returns the last of those that no upstream lists, because upstreams
/// serve models that they do not list; if each target is listed without the method, it fails with
/// kUnknownModel. The catalog refreshes its list first if that is old and the list matters: the
/// request has several targets or asks for embeddings, or an account serves only the models that
/// its upstream lists.
///
/// Thread safety: any thread; blocks while the catalog waits for its first list.
Result<std::vector<std::string>> ServableTargets(const RequestContext& context,
                                                 const std::vector<std::string>& targets, Use use);

}  // namespace agm::gateway
