#include "core/protocol/anthropic/messages.h"

#include <utility>

#include "core/protocol/anthropic/error.h"
#include "core/protocol/anthropic/messages_request.h"
#include "core/protocol/anthropic/messages_response.h"

namespace agm::protocol {
namespace {

class AnthropicMessagesDialect : public Dialect {
 public:
  Result<chat::Request> ReadRequest(std::string_view body) const override {
    return ReadMessagesRequest(body, MessagesUse::kCreate);
  }
  Result<std::string> WriteResponse(const chat::Response& response,
                                    const Reply& reply) const override {
    return WriteMessagesResponse(response, reply);
  }
  std::unique_ptr<StreamWriter> NewStreamWriter(Reply reply) const override {
    return NewMessagesStream(std::move(reply));
  }
  using Dialect::WriteError;
  WireError WriteError(const Error& error, std::string_view request_id) const override {
    return WriteAnthropicError(error, request_id);
  }
};

}  // namespace

const Dialect& AnthropicMessages() {
  static const AnthropicMessagesDialect kDialect;
  return kDialect;
}

}  // namespace agm::protocol
