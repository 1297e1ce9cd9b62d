#pragma once

#include <optional>
#include <string_view>

#include "core/base/json_doc.h"
#include "core/chat/request.h"
#include "core/protocol/shared/fields.h"

namespace agm::protocol {

/// Reads the thinking effort and Google's own settings: `reasoning_effort`, `reasoning`, `thinking`
/// (Anthropic's format), `extra_body.google` and `google` with thinking_config, cached_content and
/// safety_settings, and top-level `safety_settings`.
void ReadOpenAiReasoning(JsonView body, Fields& fields, chat::Request& request);

/// The effort with that name ("low", "xhigh", ...).
std::optional<chat::Effort> EffortOfName(std::string_view name);
std::string_view EffortName(chat::Effort effort);

}  // namespace agm::protocol
