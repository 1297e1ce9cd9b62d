#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace agm::config {

/// True for "localhost" (any case, and names below it), 127.0.0.0/8 and ::1, with or without
/// brackets.
bool IsLoopback(std::string_view host);

/// True for an IPv4 or IPv6 address, brackets allowed round the latter.
bool IsAddress(std::string_view host);

/// True for an address with an optional "/bits" behind it.
bool IsAddressRange(std::string_view text);

/// True for what may stand as a host in a URL: an address, or a name of letters, digits, dots,
/// hyphens and underscores.
bool IsHost(std::string_view host);

/// The parts of "scheme://[user@]host[:port][/path][?query]".
struct UrlParts {
  std::string scheme;  ///< in lower case
  std::string_view user;
  std::string_view host;  ///< brackets included
  std::string_view port;
  std::string_view path;  ///< with its slash
  std::string_view rest;  ///< query and fragment, from their mark on
};

/// Takes a URL apart; nothing for what is none. The parts point into `url`.
std::optional<UrlParts> SplitUrl(std::string_view url);

}  // namespace agm::config
