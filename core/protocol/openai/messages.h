#pragma once

#include "core/base/json_doc.h"
#include "core/chat/request.h"
#include "core/protocol/shared/fields.h"

namespace agm::protocol {

/// Reads `messages` and checks that calls and results pair up: each result answers a call of the
/// assistant message before it, and each call is answered before anybody else speaks.
void ReadOpenAiMessages(JsonView body, Fields& fields, chat::Request& request);

/// A thought signature where clients echo it: extra_content.google.thought_signature, the same in
/// camelCase, or provider_specific_fields; empty if there is none.
std::string EchoedSignature(JsonView object);

}  // namespace agm::protocol
