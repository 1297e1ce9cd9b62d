#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/chat/response.h"
#include "core/protocol/gemini/response.h"

namespace agm::test {

/// Reads a complete unary body: GeminiStreamReader and Fold in one.
Result<chat::Response> ReadGeminiResponse(std::string_view body, protocol::IdSource ids,
                                          protocol::GeminiReading reading = {});

/// Writes a response in the Gemini API's format.
std::string WriteGeminiResponse(const chat::Response& response);

}  // namespace agm::test
