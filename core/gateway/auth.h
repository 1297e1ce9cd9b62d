#pragma once

#include <string>

#include "core/base/result.h"
#include "core/config/config.h"
#include "core/gateway/routes.h"
#include "core/http/server/server.h"

namespace agm::gateway {

/// Who asks: the name of the key that matched, or "local" where no key is asked for.
struct Caller {
  std::string name;
};

/// Says who asks, or refuses.
///
/// With auth on, one right credential among `Authorization: Bearer`, `x-api-key`, `api-key`,
/// `x-goog-api-key` and (on Gemini paths) `?key=` is enough, wherever the others point; comparison
/// takes constant time. Missing or wrong: kUnauthenticated.
///
/// With auth off a page in the user's browser must not be able to spend their quota: a Host that
/// is no loopback name (nor an IP literal on a LAN address, nor in allowed_hosts), and an Origin
/// that is a foreign web page, are kForbidden.
Result<Caller> Identify(const HttpRequest& request, RouteKind route, const config::Proxy& settings);

/// The Origin to allow in Access-Control-Allow-Origin; empty for none.
std::string AllowedOrigin(const HttpRequest& request, const config::Proxy& settings);

}  // namespace agm::gateway
