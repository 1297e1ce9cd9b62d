#pragma once

#include <string_view>

#include "core/base/result.h"
#include "core/gateway/services.h"

namespace agm::gateway {

/// Adds to an error of kUnknownModel what helps the client's user: the rule that led to the target,
/// the nearest name that is served, `agm models` and `agm map set`. Other errors stay as they are.
/// It asks no upstream; it knows the mapped names and the catalog's present list.
///
///   if (!answer) return refuse(WithModelHelp(answer.error(), services, settings, record.model));
///
/// Thread safety: any thread.
Error WithModelHelp(Error error, const Services& services, const Settings& settings,
                    std::string_view asked);

}  // namespace agm::gateway
