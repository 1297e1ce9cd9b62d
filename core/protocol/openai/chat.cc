#include "core/protocol/openai/chat.h"

#include <utility>

#include "core/protocol/openai/chat_request.h"
#include "core/protocol/openai/chat_response.h"
#include "core/protocol/openai/error.h"

namespace agm::protocol {
namespace {

class OpenAiChatDialect : public Dialect {
 public:
  Result<chat::Request> ReadRequest(std::string_view body) const override {
    return ReadOpenAiChatRequest(body);
  }
  Result<std::string> WriteResponse(const chat::Response& response,
                                    const Reply& reply) const override {
    return WriteOpenAiChatResponse(response, reply);
  }
  std::unique_ptr<StreamWriter> NewStreamWriter(Reply reply) const override {
    return NewOpenAiChatStream(std::move(reply));
  }
  using Dialect::WriteError;
  WireError WriteError(const Error& error, std::string_view) const override {
    return WriteOpenAiError(error);
  }
};

}  // namespace

const Dialect& OpenAiChat() {
  static const OpenAiChatDialect kDialect;
  return kDialect;
}

}  // namespace agm::protocol
