#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace agm {

/// An IPv6 address, or an IPv4 address in its mapped form (::ffff:1.2.3.4), because both spellings
/// reach the same machine.
struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};
  friend bool operator==(const IpAddress&, const IpAddress&) = default;
};

/// Reads "1.2.3.4" or "2001:db8::1"; nullopt for anything else, including names and zones.
std::optional<IpAddress> ReadIpAddress(std::string_view text);

/// Reads a URL's host, where "0x7f.1" and "2130706433" are IPv4 addresses too.
std::optional<IpAddress> ReadHostAddress(std::string_view host);

/// Converts the four bytes of an IPv4 address, in network order.
IpAddress FromIpv4(std::array<std::uint8_t, 4> bytes);

/// A network: all addresses that share the first `bits` with `first`.
struct IpRange {
  IpAddress first;
  int bits = 128;  ///< of the 128 of an IPv6 address

  bool Contains(const IpAddress& address) const;
};

/// Reads "10.0.0.0/8", "2001:db8::/32", or an address that stands for itself.
std::optional<IpRange> ReadIpRange(std::string_view text);

/// True for 127.0.0.0/8 and ::1.
bool IsLoopback(const IpAddress& address);

/// True for a globally routable address. False for loopback, private, link-local, shared,
/// multicast, unspecified and reserved addresses, for cloud metadata addresses, and for IPv6 forms
/// that embed such an IPv4 address.
bool IsPublic(const IpAddress& address);

/// False for a host whose spelling alone shows that it is not public: a non-public address,
/// "localhost", a name without a dot, or a name with a private suffix ("printer.local").
/// For other names only a DNS lookup tells whether they lead to a public address.
bool IsPublicHost(std::string_view host);

}  // namespace agm
