#pragma once

#include <optional>
#include <string_view>

#include "core/chat/request.h"

namespace agm::protocol {

/// Converts a size such as "1536x1024" to the nearest ratio that the Gemini API supports, and its
/// name for that number of pixels; "auto" leaves both open. nullopt for anything else.
///
/// Thread safety: any thread.
std::optional<chat::Picture> PictureOfSize(std::string_view size);

}  // namespace agm::protocol
