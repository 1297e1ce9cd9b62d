#include "core/gateway/url.h"

#include <algorithm>

#include "core/base/ascii.h"
#include "core/base/percent.h"

namespace agm::gateway {
std::string QueryParameter(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    const std::size_t equals = std::min(pair.find('='), pair.size());
    if (PercentDecode(pair.substr(0, equals), true) == name) {
      return PercentDecode(pair.substr(std::min(equals + 1, pair.size())), true);
    }
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
  }
  return {};
}

std::string HostName(std::string_view host_header) {
  if (host_header.starts_with('[')) {
    host_header = host_header.substr(1, host_header.find(']') - 1);
  } else if (const std::size_t colon = host_header.rfind(':');
             colon != std::string_view::npos && host_header.find(':') == colon) {
    host_header = host_header.substr(0, colon);
  }
  std::string name = AsciiLower(host_header);
  if (name.ends_with('.')) name.pop_back();
  return name;
}

std::string HostOfUrl(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
  url = url.substr(0, url.find_first_of("/?#"));
  const std::size_t at = url.rfind('@');
  if (at != std::string_view::npos) url.remove_prefix(at + 1);
  return HostName(url);
}

}  // namespace agm::gateway
