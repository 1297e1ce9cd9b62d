#pragma once

#include <string>
#include <string_view>

namespace agm::http {

/// The text in gzip format (RFC 1952), for a body with "Content-Encoding: gzip".
///
/// Thread safety: any thread.
std::string Gzip(std::string_view text);

}  // namespace agm::http
