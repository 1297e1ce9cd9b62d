#pragma once

#include <string>
#include <string_view>

namespace agm::accounts {

/// Base64 with the URL alphabet and without padding, as in JWTs (RFC 7515).
std::string Base64Url(std::string_view bytes);

}  // namespace agm::accounts
