#include "core/protocol/openai/transcriptions.h"

#include <utility>

#include "core/protocol/openai/error.h"
#include "core/protocol/openai/transcriptions_request.h"
#include "core/protocol/openai/transcriptions_response.h"

namespace agm::protocol {

Result<chat::Request> Transcriptions::ReadRequest(std::string_view body) const {
  return ReadTranscription(content_type_, body);
}

Result<std::string> Transcriptions::WriteResponse(const chat::Response& response,
                                                  const Reply& reply) const {
  return WriteTranscription(response, reply);
}

std::string_view Transcriptions::ContentType(const chat::Request& request) const {
  const bool json = request.style == "json" || request.style == "verbose_json";
  return json ? "application/json" : "text/plain; charset=utf-8";
}

std::unique_ptr<StreamWriter> Transcriptions::NewStreamWriter(Reply reply) const {
  return NewTranscriptionStream(std::move(reply));
}

WireError Transcriptions::WriteError(const Error& error, std::string_view) const {
  return WriteOpenAiError(error);
}

}  // namespace agm::protocol
