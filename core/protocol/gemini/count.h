#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/chat/request.h"

/// Counting the tokens of a prompt: Google's countTokens, and a guess where it does not answer.
namespace agm::protocol {

/// The body for countTokens of what `body`, a request for generateContent, would cost. The Gemini
/// API takes all of such a request; Vertex AI only the members that cost something.
std::string WriteGeminiCount(std::string_view body, std::string_view model, bool vertex);

/// The number in an answer; nothing if it holds none that is greater than 0.
std::optional<std::int64_t> ReadGeminiCount(std::string_view answer);

/// A guess by the amount of text, media at flat rates; at least 1.
std::int64_t EstimateTokens(const chat::Request& request);

}  // namespace agm::protocol
