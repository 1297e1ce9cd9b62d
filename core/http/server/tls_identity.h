#pragma once

#include <memory>
#include <string>

#include "core/base/result.h"
#include "core/http/server/wire.h"

struct ssl_ctx_st;  // OpenSSL's SSL_CTX, without its headers

namespace agm::gateway {

/// Paths of PEM files.
struct TlsFiles {
  std::string certificate;  ///< the certificate, with its chain behind it
  std::string key;          ///< its private key, without a passphrase
};

/// The certificate that the gateway shows to its clients, with the key that belongs to it.
///
///   auto identity = TlsIdentity::Load({"cert.pem", "key.pem"});
///   if (!identity) return std::move(identity).error();
///   std::unique_ptr<Wire> wire = (*identity)->Wrap(accepted_fd);
///
/// TLS 1.2 and 1.3, HTTP/1.1 alone (ALPN). Connections keep the identity that they began with.
///
/// Thread safety: immutable.
class TlsIdentity {
 public:
  /// Reads both files (PEM; the certificate's chain behind it). kConfig names the file at fault: it
  /// cannot be read, holds no certificate or key, the key is encrypted or another certificate's.
  static Result<std::shared_ptr<const TlsIdentity>> Load(const TlsFiles& files);

  TlsIdentity(const TlsIdentity&) = delete;
  TlsIdentity& operator=(const TlsIdentity&) = delete;

  /// TLS over a connected socket, which it takes over. The handshake is made by the first calls of
  /// Receive, as its bytes come.
  std::unique_ptr<Wire> Wrap(int fd) const;

 private:
  using Context = std::shared_ptr<ssl_ctx_st>;
  explicit TlsIdentity(Context context) : context_(std::move(context)) {}

  const Context context_;
};

}  // namespace agm::gateway
