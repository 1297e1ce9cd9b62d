#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/json_writer.h"
#include "core/chat/event.h"
#include "core/protocol/dialect.h"

/// The pieces that a response object and its events have in common.
namespace agm::protocol {

/// One call as an item, in the shape that its tool has in this API (function_call,
/// custom_tool_call, local_shell_call, shell_call, apply_patch_call; with the namespace).
struct CallShape {
  std::string type = "function_call";
  std::string space;  ///< namespace; empty: none
  std::string name;   ///< the client's own
  bool free_text() const { return type == "custom_tool_call"; }
  bool has_arguments() const { return type == "function_call"; }
};
CallShape ShapeOfCall(const chat::ToolCall& call, const chat::Request* request);

/// `done`: with its arguments, else as it stands when it has just begun.
std::string CallItem(std::string_view id, const chat::ToolCall& call, const CallShape& shape,
                     bool done);

/// A reasoning item; `sealed` is its encrypted_content, empty: none.
std::string ReasoningItem(std::string_view id, std::string_view summary, std::string_view sealed,
                          bool done);
std::string ImageItem(std::string_view id, std::string_view base64, bool done);

/// A part of a message: output_text, or a refusal.
std::string MessagePart(std::string_view text, bool refusal,
                        const std::vector<chat::Citation>& citations,
                        const std::vector<chat::TokenLogprob>& logprobs);
/// A message with that one part; an empty part: none yet.
std::string MessageItem(std::string_view id, std::string_view part, std::string_view status);

void WriteResponsesCitation(JsonWriter& json, const chat::Citation& citation);
/// The array of `logprobs`: those of a part tell the tokens' bytes too, those of an event do not.
enum class LogprobBytes { kTold, kLeftOut };
std::string ResponsesLogprobs(const std::vector<chat::TokenLogprob>& tokens, LogprobBytes bytes);

/// How the answer ended.
struct Ending {
  std::string status = "in_progress";
  std::string incomplete;        ///< reason; empty: none
  const Error* error = nullptr;  ///< of a failed one
};
Ending EndingOf(chat::FinishReason reason);

/// The response object around its items (their JSON, separated by commas). Usage is null while it
/// is not known that the answer is whole.
std::string ResponseObject(const Reply& reply, const Ending& ending, std::string_view items,
                           const chat::Usage* usage, std::string_view further = {});

/// The `error` of a response: code and message.
std::string_view ResponsesErrorCode(const Error& error);

}  // namespace agm::protocol
