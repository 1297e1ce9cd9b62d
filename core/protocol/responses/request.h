#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/chat/request.h"

namespace agm::protocol {

/// What a Responses request says about other responses, to be known before it can be read whole.
struct ResponsesLinks {
  std::string previous;  ///< previous_response_id; empty: none
  bool store = true;     ///< the answer is to be kept
};
Result<ResponsesLinks> ReadResponsesLinks(std::string_view body);

/// Reads a request of OpenAI's Responses API. `history` is a JSON array of the items that
/// previous_response_id stands for; empty: none. What the response object echoes is kept as
/// Request::extra["responses.echo"] (members, serialised), the request's own items as
/// ["responses.input"], and
/// ["responses.encrypted"] is "true" where the client carries signatures as encrypted content.
Result<chat::Request> ReadResponsesRequest(std::string_view body, std::string_view history = {});

}  // namespace agm::protocol
