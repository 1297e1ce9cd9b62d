#include "core/gateway/client_address.h"

#include <algorithm>
#include <ranges>
#include <string_view>

#include "core/base/ip_address.h"
#include "core/http/wire/grammar.h"

namespace agm::gateway {
namespace {

bool IsTrusted(const IpAddress& address, const std::vector<std::string>& trusted) {
  return std::ranges::any_of(trusted, [&](const std::string& text) {
    const auto range = ReadIpRange(text);
    return range && range->Contains(address);
  });
}

// "1.2.3.4", "1.2.3.4:5678", "2001:db8::1" or "[2001:db8::1]:5678".
std::string_view WithoutPort(std::string_view entry) {
  entry = http::Trim(entry);
  if (entry.starts_with('[')) return entry.substr(1, entry.find(']') - 1);
  const std::size_t colon = entry.find(':');
  const bool port = colon != entry.npos && entry.find(':', colon + 1) == entry.npos;
  return port ? entry.substr(0, colon) : entry;
}

// From the one that the nearest proxy wrote to the first.
std::vector<std::string_view> ForwardedFor(const http::Request& request) {
  std::vector<std::string_view> entries;
  for (const auto& [name, value] : request.headers) {
    if (!http::EqualsIgnoreCase(name, "x-forwarded-for")) continue;
    for (std::string_view rest = value; !rest.empty();) {
      const std::size_t comma = std::min(rest.find(','), rest.size());
      entries.push_back(WithoutPort(rest.substr(0, comma)));
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
  }
  std::ranges::reverse(entries);
  return entries;
}

}  // namespace

std::string ClientAddress(const http::Request& request,
                          const std::vector<std::string>& trusted_proxies) {
  std::string client = request.remote_address;
  if (trusted_proxies.empty()) return client;
  auto address = ReadIpAddress(client);
  for (const std::string_view entry : ForwardedFor(request)) {
    if (!address || !IsTrusted(*address, trusted_proxies)) break;
    address = ReadIpAddress(entry);
    if (address) client = entry;
  }
  return client;
}

}  // namespace agm::gateway
