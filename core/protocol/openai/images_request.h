#pragma once

#include <string_view>

#include "core/base/result.h"
#include "core/chat/request.h"

namespace agm::protocol {

/// Reads a request to draw. The style is "url" where the client wants URLs; "answer.size" and
/// "answer.quality" are what it asked for. Errors are as in ReadOpenAiChatRequest.
Result<chat::Request> ReadImageGeneration(std::string_view body);

/// Reads a request to change pictures: a form with `image` or `image[]` and `mask`, or JSON with
/// `images[].image_url` and `mask.image_url`. The pictures stand before the prompt.
Result<chat::Request> ReadImageEdit(std::string_view content_type, std::string_view body);

}  // namespace agm::protocol
