#pragma once

#include "core/base/json_doc.h"
#include "core/chat/request.h"
#include "core/protocol/anthropic/messages_history.h"
#include "core/protocol/shared/fields.h"

namespace agm::protocol {

/// Reads `tools` and `tool_choice` of the Messages API.
///
/// Tools with a schema and those that the client runs under a name of the API's own (bash, text
/// editor, memory, computer) become functions; web search, web fetch and code execution become
/// hosted tools. A tool with defer_loading is declared only where the conversation or tool_choice
/// names it, or where a search tool stands beside it: there is no search on this side.
void ReadMessagesTools(JsonView body, const MessagesNews& news, Fields& fields,
                       chat::Request& request);

}  // namespace agm::protocol
