#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace agm {

/// The part of an address that a connection is made to.
struct Origin {
  std::string scheme;  ///< "http" or "https"
  std::string host;    ///< lower case, an IPv6 address without brackets
  std::uint16_t port = 0;
  bool loopback = false;  ///< this machine: localhost and its subdomains, 127.0.0.0/8, ::1

  /// For people: "host:port", "[::1]:8045".
  std::string HostAndPort() const;
  /// For a Host header: as above, but without the port that the scheme has anyway.
  std::string Authority() const;
};

/// Nothing for an address that is not http(s), names no host or an impossible port, or carries a
/// user name (a credential has no place in an address).
std::optional<Origin> ReadOrigin(std::string_view url);

/// "http://user:secret@proxy:3128/" as it may be shown: "proxy:3128".
std::string ShownProxy(std::string_view proxy);

}  // namespace agm
