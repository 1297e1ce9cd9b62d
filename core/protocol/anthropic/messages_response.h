#pragma once

#include <memory>
#include <string>

#include "core/chat/response.h"
#include "core/protocol/dialect.h"

namespace agm::protocol {

/// The Message object of a whole answer.
std::string WriteMessagesResponse(const chat::Response& response, const Reply& reply);

/// The events of a streamed one: message_start, the blocks, message_delta, message_stop; an error
/// event where the answer breaks off.
std::unique_ptr<StreamWriter> NewMessagesStream(Reply reply);

}  // namespace agm::protocol
