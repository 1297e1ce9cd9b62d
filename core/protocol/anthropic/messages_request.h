#pragma once

#include <string_view>

#include "core/base/result.h"
#include "core/chat/request.h"

namespace agm::protocol {

/// The route for which a body of the Messages API is read.
enum class MessagesUse {
  kCreate,  ///< POST /v1/messages
  kCount,   ///< POST /v1/messages/count_tokens: no max_tokens, and results need not fit their calls
};

/// The entry of Request::extra that says that the answer has the field `context_management`.
inline constexpr const char* kContextManagement = "answer.context_management";

/// Reads a request of Anthropic's Messages API. Fails with kInvalidRequest and the field's path.
///
/// Thoughts of earlier turns are left out, whoever wrote them: signatures stay with the gateway,
/// under the ids of calls. Tools that the client defers are declared only where the conversation
/// refers to them. Fields without an equivalent at any upstream are kept in `extra` as
/// "anthropic.FIELD".
Result<chat::Request> ReadMessagesRequest(std::string_view body, MessagesUse use);

}  // namespace agm::protocol
