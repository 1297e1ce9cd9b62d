#pragma once

#include <string>
#include <string_view>

#include "core/chat/request.h"
#include "core/http/wire/message.h"

namespace agm::gateway {

/// The conversation's name in the request's headers; empty if they name none. A client that runs
/// several agents in one session names the agent too, because each agent has its own conversation.
std::string SessionHeader(const http::Request& request);

/// The conversation's name as the client gave it, for telemetry; at most 64 bytes, or empty. It is
/// never the name of a user.
std::string ConversationOf(const chat::Request& request, const http::Request& http);

/// The key that ties a conversation to its account (see accounts::SessionKey): `header` is a
/// session header's value or empty, `caller` the name of the client's key. If nothing names the
/// conversation, the key is made from its head: the system prompt and the first user message, which
/// stay the same while it grows.
std::string SessionOf(const chat::Request& request, std::string_view header,
                      std::string_view caller);

}  // namespace agm::gateway
