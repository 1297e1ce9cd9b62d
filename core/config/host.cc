#include "core/config/host.h"

#include <algorithm>
#include <charconv>

#include "core/base/ascii.h"
#include "core/base/ip_address.h"

namespace agm::config {
namespace {

constexpr bool IsAlnum(char c) { return IsLetterOrDigit(c); }

std::string_view WithoutBrackets(std::string_view host) {
  const bool brackets = host.size() > 2 && host.front() == '[' && host.back() == ']';
  return brackets ? host.substr(1, host.size() - 2) : host;
}

std::optional<int> Number(std::string_view text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

bool IsScheme(std::string_view scheme) {
  return !scheme.empty() && !(scheme.front() >= '0' && scheme.front() <= '9') &&
         std::ranges::all_of(scheme,
                             [](char c) { return IsAlnum(c) || c == '+' || c == '-' || c == '.'; });
}

}  // namespace

bool IsLoopback(std::string_view host) {
  const std::string name = AsciiLower(WithoutBrackets(host));
  if (name == "localhost" || name.ends_with(".localhost")) return true;
  const auto address = ReadIpAddress(name);
  return address && agm::IsLoopback(*address);
}

bool IsAddress(std::string_view host) { return ReadIpAddress(WithoutBrackets(host)).has_value(); }

bool IsAddressRange(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string_view address = text.substr(0, slash);
  if (slash == std::string_view::npos) return IsAddress(address);
  const auto bits = Number(text.substr(slash + 1));
  const int most = address.find(':') == address.npos ? 32 : 128;
  return IsAddress(address) && bits && *bits >= 0 && *bits <= most;
}

bool IsHost(std::string_view host) {
  if (host.empty() || host.size() > 253) return false;
  if (IsAddress(host)) return true;
  return std::ranges::all_of(host,
                             [](char c) { return IsAlnum(c) || c == '.' || c == '-' || c == '_'; });
}

std::optional<UrlParts> SplitUrl(std::string_view url) {
  const bool plain = std::ranges::all_of(url, [](char c) { return c > ' ' && c < '\x7f'; });
  const std::size_t colon = url.find("://");
  if (!plain || colon == std::string_view::npos) return std::nullopt;
  UrlParts parts;
  parts.scheme = AsciiLower(url.substr(0, colon));
  if (!IsScheme(parts.scheme)) return std::nullopt;
  url.remove_prefix(colon + 3);
  const std::size_t mark = std::min(url.find_first_of("?#"), url.size());
  parts.rest = url.substr(mark);
  url = url.substr(0, mark);
  const std::size_t slash = std::min(url.find('/'), url.size());
  parts.path = url.substr(slash);
  std::string_view authority = url.substr(0, slash);
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
    parts.user = authority.substr(0, at);
    authority.remove_prefix(at + 1);
  }
  const std::size_t bracket = authority.find(']');
  const std::size_t port = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  parts.host = authority.substr(0, port);
  if (port != std::string_view::npos) {
    parts.port = authority.substr(port + 1);
    const auto number = Number(parts.port);
    if (!number || *number < 1 || *number > 65535) return std::nullopt;
  }
  if (!IsHost(parts.host)) return std::nullopt;
  return parts;
}

}  // namespace agm::config
