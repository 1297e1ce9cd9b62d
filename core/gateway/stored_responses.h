#pragma once

#include <memory>
#include <string>

#include "core/base/clock.h"
#include "core/protocol/dialect.h"
#include "core/store/conversations.h"

namespace agm::gateway {

/// The place where the gateway stores the responses of a request.
struct ResponseShelf {
  store::Conversations* conversations = nullptr;
  Clock* clock = nullptr;
  std::string owner;    ///< the caller
  std::string history;  ///< the conversation before the request: a JSON array, or empty
};

/// A dialect whose complete responses are stored with their conversation, so that the next request
/// can continue it. It reads and writes what `inner` does, which must outlive it; stream writers
/// outlive both.
///
/// Thread safety: immutable.
class StoredResponses : public protocol::Dialect {
 public:
  StoredResponses(const protocol::Dialect& inner, ResponseShelf shelf);

  Result<chat::Request> ReadRequest(std::string_view body) const override {
    return inner_.ReadRequest(body);
  }
  Result<std::string> WriteResponse(const chat::Response& response,
                                    const protocol::Reply& reply) const override;
  std::string_view ContentType(const chat::Request& request) const override {
    return inner_.ContentType(request);
  }
  std::unique_ptr<protocol::StreamWriter> NewStreamWriter(protocol::Reply reply) const override;
  protocol::WireError WriteError(const Error& error, std::string_view request_id) const override {
    return inner_.WriteError(error, request_id);
  }

 private:
  const protocol::Dialect& inner_;
  std::shared_ptr<const ResponseShelf> shelf_;
};

}  // namespace agm::gateway
