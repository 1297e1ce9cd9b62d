#pragma once

#include <memory>

#include "core/http/server/wire.h"

struct ssl_ctx_st;  // OpenSSL's SSL_CTX, without its headers

namespace agm::http {

/// The server side of TLS on a connected socket.
///
/// Until the handshake is complete Receive returns no bytes but continues the handshake. A client
/// that speaks plain HTTP gets an error in plain HTTP.
std::unique_ptr<Wire> NewTlsWire(ssl_ctx_st& context, UniqueFd socket);

}  // namespace agm::http
