#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/chat/request.h"

namespace agm::protocol {

/// A Responses request's references to other responses, which are needed before it can be read.
struct ResponsesLinks {
  std::string previous;                 ///< previous_response_id; empty: none
  bool store = true;                    ///< the answer is to be kept
  std::vector<std::string> references;  ///< ids of the items that item_reference names, each once
};
Result<ResponsesLinks> ReadResponsesLinks(std::string_view body);

/// The conversation that a Responses request continues.
struct ResponsesContext {
  std::string
      history;  ///< JSON array of the items that previous_response_id stands for; empty: none
  std::map<std::string, std::string> items;  ///< JSON by id, of the items that it refers to
};

/// Entries of Request::extra, see ReadResponsesRequest.
inline constexpr const char* kResponsesEcho = "responses.echo";
inline constexpr const char* kResponsesInput = "responses.input";
inline constexpr const char* kResponsesEncrypted = "responses.encrypted";

/// Reads a request of OpenAI's Responses API. Request::extra gets these entries: "responses.echo"
/// (serialised members for the response object), "responses.input" (the request's own items, with
/// referred items in the place of references), "responses.encrypted" ("true" if the client carries
/// signatures as encrypted content), and "responses.compact" (if the response is to be a
/// compaction, see compaction.h).
Result<chat::Request> ReadResponsesRequest(std::string_view body,
                                           const ResponsesContext& context = {});

}  // namespace agm::protocol
