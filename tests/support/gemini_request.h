#pragma once

#include <string_view>

#include "core/base/result.h"
#include "core/chat/request.h"

namespace agm::test {

/// Reads a request of the Gemini API; `model` comes from its path. Content without a neutral form
/// is kept in `extra` and as Opaque blocks, so that protocol::WriteGeminiRequest can write it back.
Result<chat::Request> ReadGeminiRequest(std::string_view body, std::string_view model,
                                        bool stream = false);

}  // namespace agm::test
