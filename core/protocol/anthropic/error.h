#pragma once

#include "core/protocol/dialect.h"

namespace agm::protocol {

/// Writes an error in the Anthropic API's format: {"type":"error","error":{"type","message"}}, with
/// the statuses and types that its documentation lists. error.details.error_code says what a person
/// must fix.
WireError WriteAnthropicError(const Error& error);

}  // namespace agm::protocol
