#pragma once

#include "core/base/json_doc.h"
#include "core/chat/request.h"
#include "core/protocol/shared/fields.h"

/// What chat and legacy completions have in common. Problems go to `fields`.
namespace agm::protocol {

/// `model`, which is required.
void ReadOpenAiModel(JsonView body, Fields& fields, chat::Request& request);

/// `stream` and `stream_options`.
void ReadOpenAiStream(JsonView body, Fields& fields, chat::Request& request);

/// `temperature`, `top_p`, the limits of tokens, `seed`, the penalties, `n`, `stop`.
void ReadOpenAiSampling(JsonView body, Fields& fields, chat::Request& request);

}  // namespace agm::protocol
