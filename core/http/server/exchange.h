#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/clock.h"
#include "core/http/server/connection.h"
#include "core/http/wire/message.h"
#include "core/http/wire/reply_head.h"
#include "core/http/wire/request_head.h"

namespace agm::http {

/// One request with its response. Traffic creates it, Responder answers it.
///
/// Thread safety: one thread at a time.
struct Exchange {
  explicit Exchange(Connection& of) : connection(of), unpacked(of.budget()) {}

  Connection& connection;
  Request request;
  BodyCoding coding = BodyCoding::kIdentity;  ///< content coding of the received body
  std::uint64_t max_body = 0;
  BudgetShare unpacked;        ///< memory of the decompressed body
  std::optional<Fault> fault;  ///< set: the request is refused
  std::optional<Reply> early;  ///< set: the answer to the head alone
  Delivery delivery;
  Reply reply;
  Duration write_timeout{};  ///< for each piece of a streamed response
  std::string held;  ///< the head of a streamed response, which is sent with its first piece

  /// Sends without blocking; keeps the head of a streamed response in `held`, unless no body
  /// follows. False if the client is gone.
  bool Write(std::string_view bytes);
};

}  // namespace agm::http
