#pragma once

#include "core/protocol/dialect.h"

namespace agm::protocol {

/// OpenAI's chat completions API as a front dialect. Thread safety: any thread.
const Dialect& OpenAiChat();

}  // namespace agm::protocol
