#include "core/protocol/openai/completions.h"

#include <utility>

#include "core/protocol/openai/completions_request.h"
#include "core/protocol/openai/completions_response.h"
#include "core/protocol/openai/error.h"

namespace agm::protocol {
namespace {

class CompletionsDialect : public Dialect {
 public:
  Result<chat::Request> ReadRequest(std::string_view body) const override {
    return ReadCompletionsRequest(body);
  }
  Result<std::string> WriteResponse(const chat::Response& response,
                                    const Reply& reply) const override {
    return WriteCompletionsResponse(response, reply);
  }
  std::unique_ptr<StreamWriter> NewStreamWriter(Reply reply) const override {
    return NewCompletionsStream(std::move(reply));
  }
  using Dialect::WriteError;
  WireError WriteError(const Error& error, std::string_view) const override {
    return WriteOpenAiError(error);
  }
};

}  // namespace

const Dialect& Completions() {
  static const CompletionsDialect kDialect;
  return kDialect;
}

}  // namespace agm::protocol
