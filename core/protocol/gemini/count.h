#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Counting the tokens of a prompt with Google's countTokens.
namespace agm::protocol {

/// The body for countTokens of what `body`, a request for generateContent, would cost. The Gemini
/// API takes all of such a request; Vertex AI only the members that cost something.
std::string WriteGeminiCount(std::string_view body, std::string_view model, bool vertex);

/// The number in an answer; nothing if it holds none that is greater than 0.
std::optional<std::int64_t> ReadGeminiCount(std::string_view answer);

}  // namespace agm::protocol
