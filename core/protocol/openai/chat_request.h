#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/chat/request.h"

namespace agm::protocol {

/// Reads a request of OpenAI's chat completions API. Every problem is a kInvalidRequest with
/// OpenAI's reason and the path of the field: `messages[2].content[0].image_url.url`. A body with
/// `input` and without `messages` is read as the Responses API's input. Unknown fields are ignored;
/// known ones that no upstream supports are kept in `extra` as "openai.FIELD", so that the writer
/// can report the loss.
Result<chat::Request> ReadOpenAiChatRequest(std::string_view body);

}  // namespace agm::protocol
