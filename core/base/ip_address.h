#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace agm {

/// An IPv6 address, or an IPv4 one as its mapped form (::ffff:1.2.3.4): both spellings reach the
/// same machine.
struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};
  friend bool operator==(const IpAddress&, const IpAddress&) = default;
};

/// Reads "1.2.3.4" or "2001:db8::1"; nothing for anything else, names and zones included.
std::optional<IpAddress> ReadIpAddress(std::string_view text);

/// As a URL's host is read: "0x7f.1" and "2130706433" are IPv4 addresses too.
std::optional<IpAddress> ReadHostAddress(std::string_view host);

/// From the bytes of an IPv4 address, the first one first.
IpAddress FromIpv4(std::array<std::uint8_t, 4> bytes);

/// 127.0.0.0/8 and ::1.
bool IsLoopback(const IpAddress& address);

/// True for an address that everybody on the internet sees at the same place. Not: loopback,
/// private, link-local and shared networks, multicast, the unspecified and the reserved ones, those
/// where clouds keep their machines' credentials, and forms of IPv6 that carry such an IPv4
/// address.
bool IsPublic(const IpAddress& address);

/// False for a host that cannot be a public one by its spelling alone: an address that is not,
/// "localhost", a name without a dot, or one that ends in a word for private use ("printer.local").
/// Whether another name leads to a public address shows when it is looked up.
bool IsPublicHost(std::string_view host);

}  // namespace agm
