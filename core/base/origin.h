#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace agm {

/// The part of a URL that determines the connection.
struct Origin {
  std::string scheme;  ///< "http" or "https"
  std::string host;    ///< lower case, an IPv6 address without brackets
  std::uint16_t port = 0;
  bool loopback = false;  ///< localhost and its subdomains, 127.0.0.0/8, ::1

  /// Text for people: "host:port", "[::1]:8045".
  std::string HostAndPort() const;
  /// The value of a Host header: like HostAndPort(), but without the scheme's default port.
  std::string Authority() const;
};

/// Reads a URL's origin. Returns nullopt for a URL that is not http(s), has no host or an invalid
/// port, or contains a user name (credentials must not be part of a URL).
std::optional<Origin> ReadOrigin(std::string_view url);

/// A proxy URL without its credentials: "http://user:secret@proxy:3128/" becomes "proxy:3128".
std::string ShownProxy(std::string_view proxy);

}  // namespace agm
