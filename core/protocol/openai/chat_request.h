#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/chat/request.h"

namespace agm::protocol {

/// Reads a request of OpenAI's chat completions API. Every problem is a kInvalidRequest with the
/// reason that OpenAI uses and the path of the field: `messages[2].content[0].image_url.url`.
/// A body with `input` and without `messages` is read as the Responses API's input. Unknown fields
/// are ignored; known ones that no upstream of ours can be told travel in `extra`
/// as "openai.FIELD", so that whoever writes the request can say what was lost.
Result<chat::Request> ReadOpenAiChatRequest(std::string_view body);

/// Writes a request of that API; what it cannot say is left out.
std::string WriteOpenAiChatRequest(const chat::Request& request);

}  // namespace agm::protocol
