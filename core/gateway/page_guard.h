#pragma once

#include "core/base/result.h"
#include "core/config/config.h"
#include "core/gateway/routes.h"
#include "core/http/wire/message.h"

/// Protects /agm/ against other web pages in the user's browser.
namespace agm::gateway {

/// Checks where a request to /agm/ comes from, in every auth mode; kForbidden.
///
/// The Host must be a loopback name, an IP literal or one of allowed_hosts, because another name
/// can be rebound to this machine. A request that a browser sends for another site's page is
/// refused, apart from a link to the page itself. Without any key on a LAN address everything is
/// refused.
Result<void> CheckPageRequest(const http::Request& request, const RouteRow& row,
                              const config::Proxy& settings);

/// Checks a request that changes something, once its key has been accepted: it must have a JSON
/// body (else kUnsupportedMedia) and the header X-Agm: 1 (else kForbidden), which no other site can
/// send without a preflight; the gateway refuses preflights for /agm/.
Result<void> CheckPageChange(const http::Request& request);

/// Adds the headers of every reply below /agm/: the content security policy of the page, and that
/// other sites may neither frame nor read it. Data are not stored.
void ProtectPageReply(http::Reply& reply);

}  // namespace agm::gateway
