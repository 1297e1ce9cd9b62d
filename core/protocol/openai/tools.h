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

/// The same of a Responses request, with what that API has beside functions and custom tools:
/// namespaces, shells and patches become functions whose Tool::origin says what they were
/// ({"type":"local_shell_call"}, {"namespace":"ns","name":"bare"}), and tools that only OpenAI can
/// run are left out. `more` are further arrays of tools, as input items bring them.
void ReadResponsesTools(JsonView body, const std::vector<JsonView>& more, Fields& fields,
                        chat::Request& request);

/// What a tool of a namespace is called in the neutral form.
std::string NamespacedName(std::string_view space, std::string_view name);

/// Reads `response_format`.
void ReadOpenAiFormat(JsonView body, Fields& fields, chat::Request& request);
/// Reads {name, schema, strict}, which stands at `at`; without a schema any JSON will do.
void ReadJsonSchema(JsonView spec, const FieldPath& at, Fields& fields, chat::Request& request);

/// The arguments of a call as the raw text of a JSON object: what is no object is wrapped as
/// {"input": ...}, nothing becomes {}.
std::string ArgumentsObject(JsonView arguments);

}  // namespace agm::protocol
