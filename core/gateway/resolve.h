#pragma once

#include <string>

#include "core/base/cancellation.h"
#include "core/base/result.h"
#include "core/gateway/services.h"
#include "core/mapping/model_map.h"

namespace agm::gateway {

/// The targets of a model's name. The user's mapping counts first, then a model of that name that
/// an account of another vendor lists, then the built-in mapping.
///
/// Thread safety: any thread; blocks while it asks such an account for its list.
Result<mapping::Resolution> ResolveModel(Services& services, const Settings& settings,
                                         const std::string& name, const Cancellation& client);

}  // namespace agm::gateway
