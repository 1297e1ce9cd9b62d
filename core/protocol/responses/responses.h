#pragma once

#include <string>

#include "core/protocol/dialect.h"

namespace agm::protocol {

/// OpenAI's Responses API as a front dialect, for one request: `history` is a JSON array of the
/// conversation's earlier items (those of previous_response_id), empty: none.
///
/// Thread safety: immutable.
class Responses : public Dialect {
 public:
  explicit Responses(std::string history = {}) : history_(std::move(history)) {}

  std::string_view name() const override { return "responses"; }
  Result<chat::Request> ReadRequest(std::string_view body) const override;
  Result<std::string> WriteResponse(const chat::Response& response,
                                    const Reply& reply) const override;
  std::unique_ptr<StreamWriter> NewStreamWriter(Reply reply) const override;
  WireError WriteError(const Error& error) const override;

 private:
  std::string history_;
};

}  // namespace agm::protocol
