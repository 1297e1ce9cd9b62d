#pragma once

#include <string>
#include <string_view>

#include "core/chat/request.h"

namespace agm::gateway {

/// The key that keeps a conversation on its account (see accounts::SessionKey), from what the
/// request says: `header` is a session header's value or empty, `caller` the name of the client's
/// key. Where nothing names the conversation, its head does: the system prompt and the first user
/// message, which stay the same while it grows.
std::string SessionOf(const chat::Request& request, std::string_view header,
                      std::string_view caller);

}  // namespace agm::gateway
