#pragma once

#include <string_view>

#include "core/base/result.h"
#include "core/chat/response.h"

namespace agm::test {

/// Reads a `chat.completion` object back into the neutral form.
Result<chat::Response> ReadOpenAiChatResponse(std::string_view body);

}  // namespace agm::test
