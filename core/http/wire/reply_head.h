#pragma once

#include <string>
#include <string_view>

#include "core/base/clock.h"
#include "core/http/wire/message.h"

namespace agm::gateway {

/// How an answer goes out, beside what it says.
struct HttpDelivery {
  bool head_only = false;   ///< the request was HEAD
  bool keep_alive = true;   ///< the connection stays
  int minor_version = 1;    ///< of the request's HTTP/1.x
  Duration idle_timeout{};  ///< how long it may stay idle
  WallTime now{};
};

/// True for a status whose answer has no body (1xx, 204, 304).
bool HasNoBody(int status);

/// The header lines of an answer, the empty line at the end included: what the handler set, in its
/// order and where it is well formed, then those that are the server's own (Content-Length or
/// Transfer-Encoding, Connection, Keep-Alive, Date).
///
/// Thread safety: any thread.
std::string WriteHeaderLines(const HttpReply& reply, const HttpDelivery& delivery);

}  // namespace agm::gateway
