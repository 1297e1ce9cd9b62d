#pragma once

#include <memory>
#include <string>

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/config/config.h"
#include "core/gateway/routes.h"
#include "core/http/server/server.h"
#include "core/keys/ring.h"

namespace agm::gateway {

/// The caller: the name of the matching key, or "local" if no key is required.
struct Caller {
  std::string name;
  std::shared_ptr<const keys::Key> key{};  ///< null: no key was required, so nothing is limited
};

/// Identifies the caller, or refuses the request. `surface` is the API that the client speaks.
///
/// With auth on, one valid credential among `Authorization: Bearer`, `x-api-key`, `api-key`,
/// `x-goog-api-key` and (where the client speaks Gemini) `?key=` is enough, even if others are
/// wrong; comparison takes constant time. kUnauthenticated if there is none, or if the key has
/// expired or is disabled; kForbidden if the key lacks the scope of the route.
///
/// With auth off a key of [[keys]] still counts where the client sends one: its limits hold. Other
/// credentials are ignored.
///
/// With auth off a page in the user's browser must not be able to spend the user's quota. Therefore
/// a Host that is not a loopback name (nor an IP literal on a LAN address, nor in allowed_hosts),
/// and an Origin of a foreign web page, are kForbidden.
Result<Caller> Identify(const http::Request& request, Surface surface, Scope scope,
                        const config::Proxy& settings, const keys::Ring& ring, WallTime now);

/// The credential of a request of the page that is a key of this gateway; empty if there is none.
Secret PresentedKey(const http::Request& request, const keys::Ring& ring, WallTime now);

/// The value for Access-Control-Allow-Origin: a page of this machine, an editor's own scheme
/// ("app://", "vscode-webview://") or one of allowed_origins; empty: send none.
std::string AllowedOrigin(const http::Request& request, const config::Proxy& settings);

}  // namespace agm::gateway
