#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/base/clock.h"

namespace agm::test {

/// A self-signed certificate and its key, in PEM.
struct Certificate {
  std::string certificate;
  std::string key;
};

/// Creates a certificate for localhost and 127.0.0.1 that is valid for a day, with `name` as
/// subject.
Certificate MakeCertificate(const std::string& name = "localhost", int days = 1);

/// The same key, encrypted with a passphrase.
std::string Encrypted(const std::string& key, const std::string& passphrase);

/// One side of TLS on a connected socket; the caller keeps the socket.
///
/// Thread safety: one thread at a time.
class TlsLayer {
 public:
  /// Performs the handshake without verifying the other side; null if it fails. The socket is
  /// non-blocking from then on.
  static std::unique_ptr<TlsLayer> Connect(int fd, std::string_view alpn = "\x08http/1.1");
  /// The server's side; the socket stays blocking.
  static std::unique_ptr<TlsLayer> Accept(int fd, const Certificate& certificate);
  ~TlsLayer();
  TlsLayer(const TlsLayer&) = delete;
  TlsLayer& operator=(const TlsLayer&) = delete;

  /// The number of bytes sent or received; 0: the other side has closed; -1: not possible now.
  ssize_t Send(std::string_view bytes);
  ssize_t Receive(std::span<char> room);
  /// Sends a session ticket: a TLS record of a server that carries no data.
  void SendTicket();
  /// The common name of the other side's certificate.
  std::string PeerName() const;
  /// The protocol that ALPN chose; empty: none.
  std::string Protocol() const;
  /// True after the other side has sent TLS's close_notify.
  bool Ended() const;

 private:
  struct Parts;
  ssize_t Judge(int result) const;
  explicit TlsLayer(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace agm::test
