#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/base/secret.h"

namespace agm::config {

/// The address of the server that the machines of a cluster share (Valkey or Redis):
///
///   url := "redis://" [[user] [":" password] "@"] host [":" port] ["/" database]
///        | "unix://" [[user] [":" password] "@"] path ["?db=" database]
///
/// User and password may contain %XX.
struct ServerAddress {
  std::string host;  ///< without brackets; empty: a Unix socket
  int port = 6379;
  std::string path;  ///< of the Unix socket
  std::string user;
  Secret password;
  int database = 0;

  /// The address without user and password: "127.0.0.1:6379/0", "unix:/run/valkey.sock".
  std::string Shown() const;
};

/// Reads an address. Fails with kConfig; the message never contains the text, because that may hold
/// a password. rediss:// (TLS) is refused: the message says what to do instead.
///
/// Thread safety: any thread.
Result<ServerAddress> ReadServerAddress(std::string_view url);

}  // namespace agm::config
