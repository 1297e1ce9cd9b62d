#pragma once

#include <optional>
#include <string_view>

#include "core/base/json_doc.h"
#include "core/chat/request.h"
#include "core/protocol/shared/fields.h"

namespace agm::protocol {

/// Reads how hard to think, and the settings of Google's own that ride along: `reasoning_effort`,
/// `reasoning`, `thinking` (Anthropic's shape), `extra_body.google` and `google` with
/// thinking_config, cached_content and safety_settings, and `safety_settings` on top.
void ReadOpenAiReasoning(JsonView body, Fields& fields, chat::Request& request);

/// The effort of that name ("low", "xhigh", ...).
std::optional<chat::Effort> EffortOfName(std::string_view name);
std::string_view EffortName(chat::Effort effort);

}  // namespace agm::protocol
