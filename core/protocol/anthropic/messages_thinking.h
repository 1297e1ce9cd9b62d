#pragma once

#include <optional>

#include "core/base/json_doc.h"
#include "core/chat/request.h"
#include "core/protocol/shared/fields.h"

namespace agm::protocol {

/// Reads `thinking` and `output_config.effort`, or the effort that the conversation itself sets.
/// A budget that leaves nothing of max_tokens is lowered to half of them; a request for very few
/// tokens that says nothing about thinking gets as little of it as the model can.
void ReadMessagesThinking(JsonView body, std::optional<chat::Effort> said, Fields& fields,
                          chat::Request& request);

/// Reads `output_config.format`, or `output_format` as it was called before.
void ReadMessagesFormat(JsonView body, Fields& fields, chat::Request& request);

}  // namespace agm::protocol
