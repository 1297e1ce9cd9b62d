#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/chat/request.h"

namespace agm::protocol {

/// Reads a request of OpenAI's legacy completions API. Several prompts become `messages` and
/// `further`; `echo` becomes the style "echo". Thinking is set to the model's minimum, because
/// these clients use small token limits, unless the request sets it. Errors are as in
/// ReadOpenAiChatRequest.
Result<chat::Request> ReadCompletionsRequest(std::string_view body);

/// The text of the prompt with that index, as the client sent it.
std::string CompletionsPrompt(const chat::Request& request, std::size_t prompt);

}  // namespace agm::protocol
