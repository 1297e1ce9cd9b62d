#include "core/protocol/responses/responses.h"

#include <utility>

#include "core/protocol/openai/error.h"
#include "core/protocol/responses/compaction.h"
#include "core/protocol/responses/request.h"
#include "core/protocol/responses/response.h"

namespace agm::protocol {

Result<chat::Request> Responses::ReadRequest(std::string_view body) const {
  return ReadResponsesRequest(body, context_);
}

Result<std::string> Responses::WriteResponse(const chat::Response& response,
                                             const Reply& reply) const {
  if (auto lacking = LackingSummary(response, reply)) return *std::move(lacking);
  return WriteResponsesResponse(response, reply);
}

std::unique_ptr<StreamWriter> Responses::NewStreamWriter(Reply reply) const {
  return NewResponsesStream(std::move(reply));
}

WireError Responses::WriteError(const Error& error, std::string_view) const {
  return WriteOpenAiError(error);
}

}  // namespace agm::protocol
