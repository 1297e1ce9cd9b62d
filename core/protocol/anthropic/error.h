#pragma once

#include <string>
#include <string_view>

#include "core/protocol/dialect.h"

namespace agm::protocol {

/// Writes an error in the Anthropic API's format:
/// {"type":"error","error":{"type","message","details"},"request_id"}, with the statuses and types
/// that its documentation lists. error.details.error_code says what a person must fix. A dotted
/// path names the field at fault ("messages.0.content"). A prompt that is too long is described in
/// the words at which clients compact the conversation.
WireError WriteAnthropicError(const Error& error, std::string_view request_id);

/// The data of a stream's error event. Its type is overloaded_error if a new try may succeed,
/// because clients then restart the stream.
std::string AnthropicStreamError(const Error& error, std::string_view request_id);

}  // namespace agm::protocol
