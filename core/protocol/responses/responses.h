#pragma once

#include <string>

#include "core/protocol/dialect.h"
#include "core/protocol/responses/request.h"

namespace agm::protocol {

/// OpenAI's Responses API as a front dialect, for one request and what it builds on.
///
/// Thread safety: immutable.
class Responses : public Dialect {
 public:
  explicit Responses(ResponsesContext context = {}) : context_(std::move(context)) {}

  Result<chat::Request> ReadRequest(std::string_view body) const override;
  Result<std::string> WriteResponse(const chat::Response& response,
                                    const Reply& reply) const override;
  std::unique_ptr<StreamWriter> NewStreamWriter(Reply reply) const override;
  using Dialect::WriteError;
  WireError WriteError(const Error& error, std::string_view) const override;

 private:
  ResponsesContext context_;
};

}  // namespace agm::protocol
