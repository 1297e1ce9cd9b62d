#pragma once

#include <string>
#include <string_view>

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

/// The header lines of a response, including the empty line at the end: the handler's well-formed
/// headers in their order, then the server's own (Content-Length or Transfer-Encoding, Connection,
/// Keep-Alive, Date).
///
///
std::string WriteHeaderLines(const Reply& reply, const Delivery& delivery);

}  // namespace agm::http
