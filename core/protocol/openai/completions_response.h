#pragma once

#include <memory>
#include <string>

#include "core/chat/response.h"
#include "core/protocol/dialect.h"

namespace agm::protocol {

/// Writes a `text_completion` object. It contains only text: no thoughts, no refusal texts.
std::string WriteCompletionsResponse(const chat::Response& response, const Reply& reply);

/// Writes the same object as chunks with more of `text`: one finish reason per choice, usage only
/// if the client asked for it, `[DONE]` at the end; an error object if the response broke off.
std::unique_ptr<StreamWriter> NewCompletionsStream(Reply reply);

}  // namespace agm::protocol
