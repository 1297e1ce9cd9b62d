#pragma once

#include "core/base/json_doc.h"
#include "core/chat/request.h"
#include "core/protocol/shared/fields.h"

namespace agm::protocol {

/// Reads `instructions` and `input` in the Responses API's format: a text, or a list of messages,
/// function calls and their outputs. Reasoning items belong to the model and are left out.
void ReadOpenAiInput(JsonView body, Fields& fields, chat::Request& request);

}  // namespace agm::protocol
