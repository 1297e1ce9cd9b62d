#pragma once

#include "core/base/json_doc.h"
#include "core/chat/request.h"
#include "core/protocol/shared/fields.h"

namespace agm::protocol {

/// Reads `messages` and checks that calls and results match: each result answers a call of the
/// preceding assistant message, and each call is answered before another message follows.
void ReadOpenAiMessages(JsonView body, Fields& fields, chat::Request& request);

/// Finds a thought signature that a client echoes: in extra_content.google.thought_signature, the
/// same in camelCase, or provider_specific_fields; empty if there is none.
std::string EchoedSignature(JsonView object);

}  // namespace agm::protocol
