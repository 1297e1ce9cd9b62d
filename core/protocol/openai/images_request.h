#pragma once

#include <string_view>

#include "core/base/result.h"
#include "core/chat/request.h"

namespace agm::protocol {

/// Entries of Request::extra with the size and quality as the client wrote them (JSON).
inline constexpr const char* kAskedSize = "answer.size";
inline constexpr const char* kAskedQuality = "answer.quality";

/// Reads a request to generate images. The style is "url" if the client wants URLs; "answer.size"
/// and "answer.quality" keep the requested values. Errors are as in ReadOpenAiChatRequest.
Result<chat::Request> ReadImageGeneration(std::string_view body);

/// Reads a request to edit pictures: a form with `image` or `image[]` and `mask`, or JSON with
/// `images[].image_url` and `mask.image_url`. The pictures come before the prompt.
Result<chat::Request> ReadImageEdit(std::string_view content_type, std::string_view body);

}  // namespace agm::protocol
