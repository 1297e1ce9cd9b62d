#pragma once

#include <string>
#include <string_view>

namespace agm::gateway {

/// The first value of a query parameter, percent-decoded ('+' is a space); empty if there is none.
std::string QueryParameter(std::string_view query, std::string_view name);

/// The host of a Host header without port and brackets, in lower case: "[::1]:80" -> "::1".
std::string HostName(std::string_view host_header);

/// The host of "scheme://host:port/...", in the form of HostName.
std::string HostOfUrl(std::string_view url);

}  // namespace agm::gateway
