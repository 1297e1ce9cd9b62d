#pragma once

#include <string_view>

#include "core/protocol/gemini/repair.h"

namespace agm::upstream {

/// What to write otherwise after Google refused a request with `text` (ErrorBody::text, lower
/// case): each field path, and each text without one, has one repair. kNone where none would help.
protocol::GeminiRepair FindRepair(std::string_view text);

}  // namespace agm::upstream
