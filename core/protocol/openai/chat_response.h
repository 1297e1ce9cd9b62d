#pragma once

#include <memory>
#include <string>

#include "core/chat/response.h"
#include "core/protocol/dialect.h"

namespace agm::protocol {

/// A `chat.completion` object.
std::string WriteOpenAiChatResponse(const chat::Response& response, const Reply& reply);

/// A stream of `chat.completion.chunk` objects as the official helpers need them: the role once a
/// choice, growing tool indexes, one finish reason a choice, usage only where it was asked for,
/// `[DONE]` at the end; an error object where the answer broke off, and no finish reason then.
std::unique_ptr<StreamWriter> NewOpenAiChatStream(Reply reply);

/// Reads a `chat.completion` object back into the neutral form.
Result<chat::Response> ReadOpenAiChatResponse(std::string_view body);

}  // namespace agm::protocol
