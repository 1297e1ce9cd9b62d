#pragma once

#include <string_view>

#include "core/chat/response.h"

namespace agm::test {

/// Folds a stream of `chat.completion.chunk` events like a client, into the result that
/// ReadOpenAiChatResponse has for the whole response. A violation of a client's rules (no role, an
/// index out of order, two finish reasons, no [DONE]) fails the running test.
chat::Response FoldChunks(std::string_view stream);

}  // namespace agm::test
