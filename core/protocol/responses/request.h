#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/chat/request.h"

namespace agm::protocol {

/// A Responses request's references to other responses, which are needed before it can be read.
struct ResponsesLinks {
  std::string previous;  ///< previous_response_id; empty: none
  bool store = true;     ///< the response is to be stored
};
Result<ResponsesLinks> ReadResponsesLinks(std::string_view body);

/// Reads a request of OpenAI's Responses API. `history` is a JSON array of the items that
/// previous_response_id stands for; empty: none. Request::extra gets three entries:
/// "responses.echo" (serialised members for the response object), "responses.input" (the request's
/// own items), and "responses.encrypted" ("true" if the client carries signatures as encrypted
/// content).
Result<chat::Request> ReadResponsesRequest(std::string_view body, std::string_view history = {});

}  // namespace agm::protocol
