#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"
#include "core/http/wire/message.h"

namespace agm::http {

/// How a response is delivered, apart from its content.
struct Delivery {
  bool head_only = false;   ///< the request was HEAD
  bool keep_alive = true;   ///< the connection stays open
  int minor_version = 1;    ///< of the request's HTTP/1.x
  Duration idle_timeout{};  ///< the connection's idle timeout
  WallTime now{};
};

/// True for a status whose response has no body (1xx, 204, 304).
bool HasNoBody(int status);

/// Appends "name: value" and the line's end.
void AddHeaderLine(std::string& out, std::string_view name, std::string_view value);

/// Appends the lines of a handler's headers, in their order: without those that are not well formed
/// or that only the server writes (Content-Length, Transfer-Encoding, Connection, Keep-Alive and
/// Date).
void AddReplyLines(std::string& out, const std::vector<Header>& headers);

/// Appends the lines that tell how a response is delivered: Transfer-Encoding if its body is
/// `streamed`, Connection, Keep-Alive, Date, and the empty line at the end.
void AddDeliveryLines(std::string& out, const Delivery& delivery, bool streamed);

}  // namespace agm::http
