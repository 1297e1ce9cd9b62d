#pragma once

#include <optional>
#include <string_view>

#include "core/chat/request.h"

namespace agm::protocol {

/// A tool whose shape OpenAI fixed (local_shell, shell, apply_patch) as a function with the same
/// arguments; its origin names the type of its calls. Nothing for other types.
std::optional<chat::Tool> ShellTool(std::string_view type);

}  // namespace agm::protocol
