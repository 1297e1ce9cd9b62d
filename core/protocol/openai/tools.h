#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/json_doc.h"
#include "core/chat/request.h"
#include "core/protocol/shared/fields.h"

namespace agm::protocol {

/// Reads `tools`, `tool_choice` and `parallel_tool_calls` of a chat request, and the deprecated
/// `functions` and `function_call` (which set Request::style to "functions").
void ReadOpenAiTools(JsonView body, Fields& fields, chat::Request& request);

/// Reads the same fields of a Responses request, and that API's other kinds of tools: namespaces,
/// shells and patches become functions whose Tool::origin describes the original
/// ({"type":"local_shell_call"}, {"namespace":"ns","name":"bare"}); tools that only OpenAI can run
/// are left out. `more` contains further arrays of tools, from input items.
void ReadResponsesTools(JsonView body, const std::vector<JsonView>& more, Fields& fields,
                        chat::Request& request);

/// The neutral name of a tool in a namespace.
std::string NamespacedName(std::string_view space, std::string_view name);

/// Reads `response_format`.
void ReadOpenAiFormat(JsonView body, Fields& fields, chat::Request& request);

}  // namespace agm::protocol
