#pragma once

#include "core/base/json_doc.h"
#include "core/chat/request.h"
#include "core/protocol/fields.h"

namespace agm::protocol {

/// Reads `tools`, `tool_choice` and `parallel_tool_calls` of a chat request, and the deprecated
/// `functions` and `function_call` (which set Request::style to "functions").
void ReadOpenAiTools(JsonView body, Fields& fields, chat::Request& request);

/// Reads `response_format`.
void ReadOpenAiFormat(JsonView body, Fields& fields, chat::Request& request);

/// The arguments of a call as the raw text of a JSON object: what is no object is wrapped as
/// {"input": ...}, nothing becomes {}.
std::string ArgumentsObject(JsonView arguments);

}  // namespace agm::protocol
