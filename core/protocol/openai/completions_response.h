#pragma once

#include <memory>
#include <string>

#include "core/chat/response.h"
#include "core/protocol/dialect.h"

namespace agm::protocol {

/// A `text_completion` object. Only text is told: no thoughts, no refusals' words.
std::string WriteCompletionsResponse(const chat::Response& response, const Reply& reply);

/// The same object as chunks with more of `text`, one finish reason a choice, usage only where it
/// was asked for, `[DONE]` at the end; an error object where the answer broke off.
std::unique_ptr<StreamWriter> NewCompletionsStream(Reply reply);

}  // namespace agm::protocol
