#pragma once

#include "core/protocol/shared/repair.h"
#include "core/upstream/openai/error_body.h"

namespace agm::upstream {

/// The repair of a request after a server that speaks OpenAI's API refused it. kNone where none
/// would help.
protocol::Repair FindOpenAiRepair(const OpenAiErrorBody& read);

}  // namespace agm::upstream
