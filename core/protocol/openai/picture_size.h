#pragma once

#include <optional>
#include <string_view>

#include "core/chat/request.h"

namespace agm::protocol {

/// A size such as "1536x1024" as the nearest ratio that the Gemini API draws, and its word for so
/// many pixels; "auto" leaves both open. Nothing for anything else.
///
/// Thread safety: any thread.
std::optional<chat::Picture> PictureOfSize(std::string_view size);

}  // namespace agm::protocol
