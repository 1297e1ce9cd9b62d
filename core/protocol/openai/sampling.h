#pragma once

#include "core/base/json_doc.h"
#include "core/chat/request.h"
#include "core/protocol/shared/fields.h"

/// Fields that chat and legacy completions share. Problems go to `fields`.
namespace agm::protocol {

/// Reads `model`, which is required.
void ReadOpenAiModel(JsonView body, Fields& fields, chat::Request& request);

/// Reads `stream` and `stream_options`.
void ReadOpenAiStream(JsonView body, Fields& fields, chat::Request& request);

/// Reads `temperature`, `top_p`, the token limits, `seed`, the penalties, `n`, `stop`.
void ReadOpenAiSampling(JsonView body, Fields& fields, chat::Request& request);

}  // namespace agm::protocol
