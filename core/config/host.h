#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace agm::config {

/// True for "localhost" (in any case, and its subdomains), 127.0.0.0/8 and ::1, with or without
/// brackets.
bool IsLoopback(std::string_view host);

/// True for an IPv4 or IPv6 address; the latter may have brackets.
bool IsAddress(std::string_view host);

/// True for an address, optionally followed by "/bits".
bool IsAddressRange(std::string_view text);

/// True for a valid host of a URL: an address, or a name of letters, digits, dots, hyphens and
/// underscores.
bool IsHost(std::string_view host);

/// The parts of "scheme://[user@]host[:port][/path][?query]".
struct UrlParts {
  std::string scheme;  ///< in lower case
  std::string_view user;
  std::string_view host;  ///< including brackets
  std::string_view port;
  std::string_view path;  ///< including its leading slash
  std::string_view rest;  ///< query and fragment, including "?" or "#"
};

/// Splits a URL; nullopt if it is not one. The parts point into `url`.
std::optional<UrlParts> SplitUrl(std::string_view url);

}  // namespace agm::config
