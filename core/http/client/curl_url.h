#pragma once

#include <optional>
#include <string>

namespace agm::upstream {

/// Where `reference` leads from `base` (RFC 3986, 5; without a base it is an address itself), as it
/// goes over the wire: no steps ("../") left in the path, blanks and the like percent-encoded, no
/// fragment. Nothing where that is no address.
///
/// Thread safety: any thread.
std::optional<std::string> ResolveUrl(const std::string& base, const std::string& reference);

}  // namespace agm::upstream
