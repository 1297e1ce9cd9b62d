#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/clock.h"
#include "core/gateway/http_connection.h"
#include "core/gateway/http_head.h"
#include "core/gateway/http_message.h"
#include "core/gateway/http_reply_head.h"

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
  Duration patience{};  ///< with a client that does not take a streamed answer
  HttpReply reply;
  std::string header_lines;
  std::string held;  ///< of a streamed answer: written, but not yet sent

  /// Sends at once without waiting; a streamed answer only at Flush and in large pieces, waiting
  /// for the client to take them. False when it is gone.
  bool Write(std::string_view bytes);
  bool Flush();
};

}  // namespace agm::gateway
