#pragma once

#include <string>
#include <vector>

#include "core/http/wire/message.h"

namespace agm::gateway {

/// The address of the client, for logs and limits: the peer's, unless that is one of the
/// `trusted_proxies` (addresses and networks). Then it is the last address in X-Forwarded-For that
/// is not a trusted proxy itself. Any client can have written the addresses further left.
///
/// Thread safety: any thread.
std::string ClientAddress(const http::Request& request,
                          const std::vector<std::string>& trusted_proxies);

}  // namespace agm::gateway
