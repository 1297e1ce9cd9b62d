#pragma once

#include "core/protocol/dialect.h"

namespace agm::protocol {

/// An error in the shape of the Anthropic API: {"type":"error","error":{"type","message"}},
/// statuses and types as that API documents them.
WireError WriteAnthropicError(const Error& error);

}  // namespace agm::protocol
