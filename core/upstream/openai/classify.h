#pragma once

#include <string_view>

#include "core/upstream/provider.h"
#include "core/upstream/trouble.h"

namespace agm::upstream {

/// Classifies an error response of a server that speaks OpenAI's API. Such servers write
/// {"error": {message, type, code, param}}, {"error": "text"}, {"message", "type", "code"} or
/// {"detail": text or a list}; a body may also be text or HTML. A delay is read from
/// retry-after-ms, retry-after, x-ratelimit-reset-* (of a limit of which nothing remains), or the
/// message.
Failure ClassifyOpenAi(const Refusal& refusal);

}  // namespace agm::upstream
