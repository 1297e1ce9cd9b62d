#pragma once

#include <memory>
#include <string>

#include "core/chat/response.h"
#include "core/protocol/dialect.h"

namespace agm::protocol {

/// A response object of OpenAI's Responses API. Beside the API's own members it carries
/// `choices[0].message.content`, for programs that look for an answer only there.
std::string WriteResponsesResponse(const chat::Response& response, const Reply& reply);

/// The stream of events of that API, as its official helper checks them: `response.created` first,
/// sequence numbers without gaps, every item added and done, one of `response.completed`,
/// `response.incomplete` or `response.failed` last.
std::unique_ptr<StreamWriter> NewResponsesStream(Reply reply);

}  // namespace agm::protocol
