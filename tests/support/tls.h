#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/base/clock.h"

namespace agm::test {

/// A self-signed certificate and its key, PEM.
struct Certificate {
  std::string certificate;
  std::string key;
};

/// One for localhost and 127.0.0.1, made anew, valid for a day. `name` stands in its subject.
Certificate MakeCertificate(const std::string& name = "localhost");

/// The key again, encrypted with a passphrase.
std::string Encrypted(const std::string& key, const std::string& passphrase);

/// One side of TLS over a connected socket, which stays its owner's.
///
/// Thread safety: one thread at a time.
class TlsLayer {
 public:
  /// Shakes hands, without asking who the other side is; null if that fails. The socket does not
  /// block from then on.
  static std::unique_ptr<TlsLayer> Connect(int fd, std::string_view alpn = "\x08http/1.1");
  /// The server's side; the socket goes on to block.
  static std::unique_ptr<TlsLayer> Accept(int fd, const Certificate& certificate);
  ~TlsLayer();
  TlsLayer(const TlsLayer&) = delete;
  TlsLayer& operator=(const TlsLayer&) = delete;

  /// How many bytes went or came; 0: never again, the other side has closed; -1: not now.
  ssize_t Send(std::string_view bytes);
  ssize_t Receive(std::span<char> room);
  /// A server's word that means nothing to who asked: a ticket for a later session.
  void SendTicket();
  /// The common name of the other side's certificate.
  std::string PeerName() const;
  /// What ALPN chose; empty: nothing.
  std::string Protocol() const;
  /// True once the other side has said that nothing more comes, in TLS's own way.
  bool Ended() const;

 private:
  struct Parts;
  ssize_t Judge(int result) const;
  explicit TlsLayer(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace agm::test
