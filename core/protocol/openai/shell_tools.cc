#include "core/protocol/openai/shell_tools.h"

#include <fmt/format.h>

namespace agm::protocol {

std::optional<chat::Tool> ShellTool(std::string_view type) {
  chat::Tool tool;
  if (type == "local_shell") {
    tool.parameters =
        R"({"type":"object","properties":{"command":{"type":"array","items":{"type":"string"},)"
        R"("description":"program and arguments"},"timeout_ms":{"type":"integer"},)"
        R"("working_directory":{"type":"string"}},"required":["command"]})";
    tool.description = "Runs a command on the user's machine.";
  } else if (type == "shell") {
    tool.parameters =
        R"({"type":"object","properties":{"commands":{"type":"array","items":{"type":"string"}},)"
        R"("timeout_ms":{"type":"integer"},"max_output_length":{"type":"integer"}},)"
        R"("required":["commands"]})";
    tool.description = "Runs shell commands on the user's machine.";
  } else if (type == "apply_patch") {
    tool.parameters =
        R"({"type":"object","properties":{"type":{"type":"string","enum":["create_file",)"
        R"("update_file","delete_file"]},"path":{"type":"string"},"diff":{"type":"string"}},)"
        R"("required":["type","path"]})";
    tool.description = "Creates, changes or deletes a file; diff is in the V4A format.";
  } else {
    return std::nullopt;
  }
  tool.name = type;
  tool.origin = fmt::format(R"({{"type":"{}_call"}})", type);
  return tool;
}

}  // namespace agm::protocol
