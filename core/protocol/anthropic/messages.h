#pragma once

#include "core/protocol/dialect.h"

namespace agm::protocol {

/// Anthropic's Messages API as a front dialect. Thread safety: any thread.
const Dialect& AnthropicMessages();

}  // namespace agm::protocol
