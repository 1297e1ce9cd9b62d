#pragma once

#include <optional>
#include <string>

namespace agm::http {

/// Resolves `reference` against `base` (RFC 3986, 5; without a base it must be absolute). The
/// result is ready to be sent: no "../" in the path, spaces and the like percent-encoded, no
/// fragment. nullopt if the reference is not a valid URL.
///
/// Thread safety: any thread.
std::optional<std::string> ResolveUrl(const std::string& base, const std::string& reference);

}  // namespace agm::http
