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

namespace agm::gateway {

/// One request and its answer: made by HttpTraffic, answered by HttpServer.
///
/// Thread safety: one thread at a time.
struct HttpExchange {
  explicit HttpExchange(HttpConnection& of) : connection(of), unpacked(of.budget()) {}

  HttpConnection& connection;
  HttpRequest request;
  BodyCoding coding = BodyCoding::kIdentity;  ///< of the body as it came
  std::uint64_t max_body = 0;
  BudgetShare unpacked;            ///< what the body holds once its coding is undone
  std::optional<HttpFault> fault;  ///< set: the request is refused
  HttpDelivery delivery;
  HttpReply reply;
  std::string header_lines;
  std::string held;  ///< the head of a streamed answer, which goes with its first piece

  /// Sends without waiting, but only holds the head of a streamed answer. False when the client is
  /// gone.
  bool Write(std::string_view bytes);
};

}  // namespace agm::gateway
