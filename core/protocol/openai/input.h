#pragma once

#include "core/base/json_doc.h"
#include "core/chat/request.h"
#include "core/protocol/shared/fields.h"

namespace agm::protocol {

/// Reads `instructions` and `input` in the shape of the Responses API: a text, or a list of
/// messages, function calls and their outputs. Reasoning items are the model's own and are left
/// out.
void ReadOpenAiInput(JsonView body, Fields& fields, chat::Request& request);

}  // namespace agm::protocol
