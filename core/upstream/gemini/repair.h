#pragma once

#include <string_view>

#include "core/protocol/shared/repair.h"

namespace agm::upstream {

/// The repair of a request after Google refused it with `text` (ErrorBody::text, lower
/// case): each field path, and each text without one, has one repair. kNone where none would help.
protocol::Repair FindRepair(std::string_view text);

}  // namespace agm::upstream
