#pragma once

#include "core/protocol/dialect.h"

namespace agm::protocol {

/// OpenAI's legacy completions API as a front dialect: each prompt becomes a user turn.
/// Thread safety: any thread.
const Dialect& Completions();

}  // namespace agm::protocol
