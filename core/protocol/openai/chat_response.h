#pragma once

#include <memory>
#include <string>

#include "core/chat/response.h"
#include "core/protocol/dialect.h"

namespace agm::protocol {

/// Writes a `chat.completion` object.
std::string WriteOpenAiChatResponse(const chat::Response& response, const Reply& reply);

/// Writes a stream of `chat.completion.chunk` objects that the official SDKs can accumulate: the
/// role once per choice, increasing tool indexes, one finish reason per choice, usage only if the
/// client asked for it, `[DONE]` at the end. If the response broke off: an error object, no finish
/// reason.
std::unique_ptr<StreamWriter> NewOpenAiChatStream(Reply reply);

}  // namespace agm::protocol
