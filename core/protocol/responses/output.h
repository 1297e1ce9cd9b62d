#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/json_writer.h"
#include "core/chat/event.h"
#include "core/protocol/dialect.h"

/// Parts that a response object and its events share.
namespace agm::protocol {

/// One call as an item, in the shape that its tool has in this API (function_call,
/// custom_tool_call, local_shell_call, shell_call, apply_patch_call, tool_search_call; with the
/// namespace).
struct CallShape {
  std::string type = "function_call";
  std::string space;  ///< namespace; empty: none
  std::string name;   ///< the client's own name
  bool free_text() const { return type == "custom_tool_call"; }
  bool has_arguments() const { return type == "function_call"; }
  std::string_view Prefix() const;  ///< of the item's id
};
CallShape ShapeOfCall(const chat::ToolCall& call, const chat::Request* request);

/// Writes a call; with its arguments if `done`, otherwise as it is at its start.
std::string CallItem(std::string_view id, const chat::ToolCall& call, const CallShape& shape,
                     bool done);

/// Writes a reasoning item; `sealed` is its encrypted_content, empty: none.
std::string ReasoningItem(std::string_view id, std::string_view summary, std::string_view sealed,
                          bool done);
std::string ImageItem(std::string_view id, std::string_view base64, bool done);
/// True for a request that lets the upstream search the web.
bool AsksForSearch(const chat::Request* request);
/// A web_search_call; `done`: with what was found.
std::string SearchItem(std::string_view id, const std::vector<std::string>& searches,
                       const std::vector<chat::WebPage>& sources, bool done);

/// Writes a part of a message: output_text, or a refusal.
std::string MessagePart(std::string_view text, bool refusal,
                        const std::vector<chat::Citation>& citations,
                        const std::vector<chat::TokenLogprob>& logprobs);
/// A part of a message that is sound; `base64` is a WAV file.
std::string AudioPart(std::string_view base64);
/// A message with that one part; an empty part: none yet.
std::string MessageItem(std::string_view id, std::string_view part, std::string_view status);

void WriteResponsesCitation(JsonWriter& json, const chat::Citation& citation);
/// Writes the array of `logprobs`; a part's logprobs contain the tokens' bytes, an event's do not.
enum class LogprobBytes { kTold, kLeftOut };
std::string ResponsesLogprobs(const std::vector<chat::TokenLogprob>& tokens, LogprobBytes bytes);

/// The `usage` of a response.
void WriteResponsesUsage(JsonWriter& json, const chat::Usage& usage);

/// How the answer ended.
struct Ending {
  std::string status = "in_progress";
  std::string incomplete;        ///< reason; empty: none
  const Error* error = nullptr;  ///< if it failed
};
Ending EndingOf(chat::FinishReason reason);

/// Writes the response object with its items (JSON, separated by commas). Usage is null until the
/// response is complete.
std::string ResponseObject(const Reply& reply, const Ending& ending, std::string_view items,
                           const chat::Usage* usage, std::string_view further = {});

/// The code in the `error` of a response.
std::string_view ResponsesErrorCode(const Error& error);

}  // namespace agm::protocol
