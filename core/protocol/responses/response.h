#pragma once

#include <memory>
#include <string>

#include "core/chat/response.h"
#include "core/protocol/dialect.h"

namespace agm::protocol {

/// Writes a response object of OpenAI's Responses API. Beside the API's own members it contains
/// `choices[0].message.content`, for programs that expect a chat completion.
std::string WriteResponsesResponse(const chat::Response& response, const Reply& reply);

/// Writes the event stream of that API, valid for the official SDK: `response.created` first,
/// sequence numbers without gaps, every item added and done, one of `response.completed`,
/// `response.incomplete` or `response.failed` last.
std::unique_ptr<StreamWriter> NewResponsesStream(Reply reply);

}  // namespace agm::protocol
