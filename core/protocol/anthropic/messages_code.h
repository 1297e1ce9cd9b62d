#pragma once

#include <string>
#include <string_view>

#include "core/base/json_doc.h"
#include "core/chat/request.h"

/// Blocks of the Messages API that report code which the upstream ran.
namespace agm::protocol {

/// The entry of Request::extra with the type of the client's code execution tool.
inline constexpr const char* kCodeTool = "answer.code_execution";

/// How the client's version of the tool names its blocks: "code_execution" (Python), from
/// 2025-08-25 on "bash_code_execution".
///
/// Thread safety: immutable.
class CodeBlocks {
 public:
  /// Of the tool with that type ("code_execution_20250825").
  explicit CodeBlocks(std::string_view type);
  /// The version that ReadMessagesTools noted in the request; null: the first version.
  explicit CodeBlocks(const chat::Request* request);

  /// The name of the server_tool_use block, and its input.
  const std::string& name() const { return name_; }
  std::string Input(std::string_view code) const;
  /// The result block; `result` is the upstream's codeExecutionResult, and may be missing where the
  /// answer ended without one.
  std::string Result(std::string_view id, JsonView result) const;

 private:
  std::string name_;
  std::string input_;  ///< the member that holds the code
};

/// The id of the answer's code number `number`.
std::string CodeId(std::string_view reply, int number);

/// The text in place of an echoed block that this gateway wrote: clients without such blocks see
/// that text, and the model's own turn is stored under it. Empty for all other blocks.
std::string EchoedCode(JsonView block);

}  // namespace agm::protocol
