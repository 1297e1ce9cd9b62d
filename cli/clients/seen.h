#pragma once

#include <map>
#include <string_view>

#include "cli/context.h"
#include "core/base/clock.h"

namespace agm::cli {

/// When the request log last saw each known client, by the client's name. Clients that it never saw
/// are left out, and so are all where there is no log or it cannot be read.
std::map<std::string_view, WallTime> LastSeen(const Context& context);

}  // namespace agm::cli
