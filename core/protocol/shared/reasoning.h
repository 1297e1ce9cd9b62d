#pragma once

#include <optional>
#include <string_view>

#include "core/base/json_doc.h"
#include "core/chat/request.h"
#include "core/protocol/shared/fields.h"

namespace agm::protocol {

/// Entries of Request::extra with Google's own settings that every dialect can carry.
inline constexpr const char* kSafetySettings = "gemini.safetySettings";
inline constexpr const char* kCachedContent = "gemini.cachedContent";

/// Reads the thinking effort and Google's own settings: `reasoning_effort`, `reasoning` (OpenAI's
/// and OpenRouter's), `thinking` (Anthropic's format), `image_config`, `extra_body.google` and
/// `google` with thinking_config, image_config, cached_content and safety_settings, and top-level
/// `safety_settings`.
void ReadOpenAiReasoning(JsonView body, Fields& fields, chat::Request& request);

/// OpenRouter's chat API shows thoughts if its `reasoning` object asks for thinking and does not
/// exclude them (https://openrouter.ai/docs/use-cases/reasoning-tokens).
void ShowOpenRouterThoughts(JsonView body, chat::Request& request);

/// The effort with that name ("low", "xhigh", ...).
std::optional<chat::Effort> EffortOfName(std::string_view name);
std::string_view EffortName(chat::Effort effort);

}  // namespace agm::protocol
