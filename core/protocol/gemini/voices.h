#pragma once

#include <string_view>

namespace agm::protocol {

/// The Gemini voice for a voice of OpenAI's ("alloy", in any letter case); any other name as it is.
std::string_view GeminiVoice(std::string_view name);

}  // namespace agm::protocol
