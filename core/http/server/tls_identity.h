#pragma once

#include <memory>
#include <string>

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/http/server/wire.h"

struct ssl_ctx_st;  // OpenSSL's SSL_CTX, without its headers

namespace agm::http {

/// Paths of PEM files.
struct TlsFiles {
  std::string certificate;  ///< the certificate, followed by its chain
  std::string key;          ///< its private key, not encrypted
};

/// The certificate that the gateway presents to its clients, with its private key.
///
///   auto identity = TlsIdentity::Load({"cert.pem", "key.pem"});
///   if (!identity) return std::move(identity).error();
///   std::unique_ptr<Wire> wire = (*identity)->Wrap(std::move(accepted));
///
/// TLS 1.2 and 1.3, HTTP/1.1 only (ALPN). A connection keeps the identity that it started with.
///
/// Thread safety: immutable.
class TlsIdentity {
 public:
  /// Reads both files (PEM; the certificate's chain follows it). Fails with kConfig, which names
  /// the file: not readable, no certificate or key in it, an encrypted key, or another
  /// certificate's key.
  static Result<std::shared_ptr<const TlsIdentity>> Load(const TlsFiles& files);

  TlsIdentity(const TlsIdentity&) = delete;
  TlsIdentity& operator=(const TlsIdentity&) = delete;

  /// The end of the certificate's validity.
  WallTime expires() const;

  /// Starts TLS on a connected socket. The first calls of Receive perform the handshake as its
  /// bytes arrive.
  std::unique_ptr<Wire> Wrap(UniqueFd socket) const;

 private:
  using Context = std::shared_ptr<ssl_ctx_st>;
  explicit TlsIdentity(Context context) : context_(std::move(context)) {}

  const Context context_;
};

}  // namespace agm::http
