#include "core/base/origin.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/base/ascii.h"
#include "core/base/concat.h"
#include "core/base/ip_address.h"

namespace agm {
namespace {

bool IsThisMachine(std::string_view host) {
  if (host == "localhost" || host.ends_with(".localhost") || host == "localhost.") return true;
  const auto address = ReadHostAddress(host);
  return address && IsLoopback(*address);
}

std::string Bracketed(const std::string& host) {
  return host.find(':') == host.npos ? host : Concat({"[", host, "]"});
}

std::uint16_t UsualPort(std::string_view scheme) { return scheme == "https" ? 443 : 80; }

std::optional<std::uint16_t> ReadPort(std::string_view text, std::string_view scheme) {
  if (text.empty()) return UsualPort(scheme);
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

}  // namespace

std::string Origin::HostAndPort() const {
  return Concat({Bracketed(host), ":", fmt::format_int(port).c_str()});
}

std::string Origin::Authority() const {
  return port == UsualPort(scheme) ? Bracketed(host) : HostAndPort();
}

std::optional<Origin> ReadOrigin(std::string_view url) {
  const std::size_t colon = url.find("://");
  if (colon == url.npos) return std::nullopt;
  Origin origin;
  origin.scheme = AsciiLower(url.substr(0, colon));
  if (origin.scheme != "http" && origin.scheme != "https") return std::nullopt;
  url.remove_prefix(colon + 3);
  std::string_view authority = url.substr(0, url.find_first_of("/?#"));
  if (authority.find_first_of("@\\ ") != authority.npos) return std::nullopt;

  std::string_view port;
  if (authority.starts_with('[')) {
    const std::size_t bracket = authority.find(']');
    if (bracket == authority.npos) return std::nullopt;
    origin.host = AsciiLower(authority.substr(1, bracket - 1));
    port = authority.substr(bracket + 1);
    if (!port.empty() && port.front() != ':') return std::nullopt;
  } else {
    const std::size_t end = authority.find(':');
    origin.host = AsciiLower(authority.substr(0, end));
    port = end == authority.npos ? std::string_view() : authority.substr(end);
  }
  if (!port.empty()) port.remove_prefix(1);
  const auto number = ReadPort(port, origin.scheme);
  if (origin.host.empty() || !number) return std::nullopt;
  origin.port = *number;
  origin.loopback = IsThisMachine(origin.host);
  return origin;
}

std::string ShownProxy(std::string_view proxy) {
  const std::size_t colon = proxy.find("://");
  if (colon != proxy.npos) proxy.remove_prefix(colon + 3);
  proxy = proxy.substr(0, proxy.find_first_of("/?#"));
  const std::size_t at = proxy.rfind('@');
  if (at != proxy.npos) proxy.remove_prefix(at + 1);
  return std::string(proxy);
}

}  // namespace agm
