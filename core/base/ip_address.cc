#include "core/base/ip_address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <string>

#include "core/base/ascii.h"

namespace agm {
namespace {

struct Range {
  const char* address;
  int bits;
};

// IANA's special-purpose address registry, and one address of Azure that looks public.
constexpr std::array kPrivateV4 = {
    Range{"0.0.0.0", 8},                                   // this network
    Range{"10.0.0.0", 8},                                  // private
    Range{"100.64.0.0", 10},                               // shared by carriers
    Range{"127.0.0.0", 8},                                 // loopback
    Range{"169.254.0.0", 16},                              // link-local, metadata of most clouds
    Range{"172.16.0.0", 12},                               // private
    Range{"192.0.0.0", 24},                                // protocol assignments
    Range{"192.0.2.0", 24},                                // documentation
    Range{"192.88.99.0", 24},                              // relays from IPv6
    Range{"192.168.0.0", 16},                              // private
    Range{"198.18.0.0", 15},                               // benchmarks
    Range{"198.51.100.0", 24},  Range{"203.0.113.0", 24},  // documentation
    Range{"224.0.0.0", 4},                                 // multicast
    Range{"240.0.0.0", 4},                                 // reserved, broadcast
    Range{"168.63.129.16", 32},                            // Azure's own services
};

// Special ranges inside 2000::/3; every address outside 2000::/3 is not public.
constexpr std::array kPrivateV6 = {
    Range{"2001::", 23},      // protocol assignments, Teredo among them
    Range{"2001:db8::", 32},  // documentation
    Range{"3fff::", 20},      // documentation
};

bool Within(const IpAddress& address, std::string_view prefix, int bits) {
  const auto range = ReadIpAddress(prefix);
  if (!range) return false;
  for (std::size_t i = 0; i < address.bytes.size() && bits > 0; ++i, bits -= 8) {
    const auto mask = static_cast<std::uint8_t>(bits >= 8 ? 0xFF : 0xFF00 >> bits);
    if ((address.bytes[i] & mask) != (range->bytes[i] & mask)) return false;
  }
  return true;
}

bool IsPublicV4(const IpAddress& address) {
  return std::none_of(kPrivateV4.begin(), kPrivateV4.end(), [&](const Range& range) {
    return Within(address, range.address, 96 + range.bits);
  });
}

// The IPv4 address embedded at byte `at` of an IPv6 address.
IpAddress Carried(const IpAddress& address, std::size_t at) {
  std::array<std::uint8_t, 4> bytes{};
  std::copy_n(address.bytes.begin() + static_cast<std::ptrdiff_t>(at), 4, bytes.begin());
  return FromIpv4(bytes);
}

}  // namespace

std::optional<IpAddress> ReadIpAddress(std::string_view text) {
  std::array<char, INET6_ADDRSTRLEN> name{};
  if (text.size() >= name.size() || text.find('\0') != text.npos) return std::nullopt;
  std::ranges::copy(text, name.begin());
  if (text.find(':') == text.npos) {
    std::array<std::uint8_t, 4> v4{};
    if (inet_pton(AF_INET, name.data(), v4.data()) == 1) return FromIpv4(v4);
    return std::nullopt;
  }
  IpAddress address;
  if (inet_pton(AF_INET6, name.data(), address.bytes.data()) == 1) return address;
  return std::nullopt;
}

bool IpRange::Contains(const IpAddress& address) const {
  for (int i = 0; i < bits; ++i) {
    const auto byte = static_cast<std::size_t>(i / 8);
    const int mask = 0x80 >> (i % 8);
    if (((first.bytes[byte] ^ address.bytes[byte]) & mask) != 0) return false;
  }
  return true;
}

std::optional<IpRange> ReadIpRange(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto first = ReadIpAddress(text.substr(0, slash));
  if (!first) return std::nullopt;
  if (slash == text.npos) return IpRange{*first};
  const std::string_view digits = text.substr(slash + 1);
  int bits = -1;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
  // IPv4 addresses are held in the last 32 bits.
  const int before = text.substr(0, slash).find(':') == text.npos ? 96 : 0;
  const bool whole = error == std::errc() && end == digits.data() + digits.size();
  if (!whole || bits < 0 || before + bits > 128) return std::nullopt;
  return IpRange{*first, before + bits};
}

std::optional<IpAddress> ReadHostAddress(std::string_view host) {
  if (const auto address = ReadIpAddress(host)) return address;
  in_addr old{};
  if (host.empty() || inet_aton(std::string(host).c_str(), &old) == 0) return std::nullopt;
  std::array<std::uint8_t, 4> bytes{};
  std::memcpy(bytes.data(), &old, bytes.size());
  return FromIpv4(bytes);
}

IpAddress FromIpv4(std::array<std::uint8_t, 4> bytes) {
  IpAddress address;
  address.bytes[10] = address.bytes[11] = 0xFF;
  std::copy(bytes.begin(), bytes.end(), address.bytes.begin() + 12);
  return address;
}

bool IsLoopback(const IpAddress& address) {
  static const IpAddress v4 = FromIpv4({127, 0, 0, 1});
  static const IpAddress v6 = ReadIpAddress("::1").value();
  return std::equal(v4.bytes.begin(), v4.bytes.end() - 3, address.bytes.begin()) || address == v6;
}

bool IsPublic(const IpAddress& address) {
  if (Within(address, "::ffff:0.0.0.0", 96)) return IsPublicV4(address);
  if (Within(address, "64:ff9b::", 96)) return IsPublicV4(Carried(address, 12));  // NAT64
  if (Within(address, "2002::", 16)) return IsPublicV4(Carried(address, 2));      // 6to4
  if (!Within(address, "2000::", 3)) return false;
  return std::none_of(kPrivateV6.begin(), kPrivateV6.end(), [&](const Range& range) {
    return Within(address, range.address, range.bits);
  });
}

bool IsPublicHost(std::string_view host) {
  std::string name = AsciiLower(host);
  if (const auto address = ReadHostAddress(name)) return IsPublic(*address);
  if (name.find_first_of(":%") != name.npos) return false;  // a zone identifier, or not a host
  if (name.ends_with('.')) name.pop_back();
  if (name.find('.') == name.npos) return false;
  constexpr std::array<std::string_view, 5> kPrivate = {".localhost", ".local", ".internal",
                                                        ".home.arpa", ".lan"};
  return std::none_of(kPrivate.begin(), kPrivate.end(),
                      [&](std::string_view end) { return name.ends_with(end); });
}

}  // namespace agm
