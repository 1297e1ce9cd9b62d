#pragma once

#include <string>

#include "core/chat/request.h"

namespace agm::test {

/// Writes a request of OpenAI's chat completions API; content that it does not have is left out.
std::string WriteOpenAiChatRequest(const chat::Request& request);

}  // namespace agm::test
