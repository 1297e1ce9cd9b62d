#pragma once

#include <string_view>

#include "core/base/result.h"
#include "core/chat/request.h"

namespace agm::protocol {

/// Entries of Request::extra that mark the times that the client wants.
inline constexpr const char* kAskedWords = "answer.words";
inline constexpr const char* kAskedSegments = "answer.segments";

/// Reads a form that asks for a transcript. The style is the response_format; "answer.words" and
/// "answer.segments" mark the requested times. Errors are as in ReadOpenAiChatRequest; a body that
/// is not a form is kUnsupportedMedia.
Result<chat::Request> ReadTranscription(std::string_view content_type, std::string_view body);

}  // namespace agm::protocol
