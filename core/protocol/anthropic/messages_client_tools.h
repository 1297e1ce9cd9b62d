#pragma once

#include <optional>
#include <string_view>

#include "core/base/json_doc.h"
#include "core/chat/request.h"

namespace agm::protocol {

/// The function that stands for a tool which the client runs under a name and a schema of
/// Anthropic's own: `type` is bash_*, text_editor_*, memory_* or computer_* with a date, `spec` the
/// tool as the client sent it. Nothing for every other type.
std::optional<chat::Tool> ClientTool(std::string_view type, JsonView spec);

}  // namespace agm::protocol
