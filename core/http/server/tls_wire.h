#pragma once

#include <memory>

#include "core/http/server/wire.h"

struct ssl_ctx_st;  // OpenSSL's SSL_CTX, without its headers

namespace agm::gateway {

/// The server's side of TLS over a connected socket, which it takes over.
///
/// Before the handshake is over Receive gives nothing but makes it go on. To a client that speaks
/// plain HTTP it says so in plain HTTP.
std::unique_ptr<Wire> NewTlsWire(ssl_ctx_st& context, int fd);

}  // namespace agm::gateway
