#pragma once

#include <string>

#include "core/base/origin.h"
#include "core/base/result.h"
#include "core/http/client/transport.h"

namespace agm::http {

/// The User-Agent header's value, for upstreams and proxies.
///
/// Thread safety: any thread.
const std::string& UserAgent();

/// The head of a request as sent (RFC 9112, 3 and 5), including its empty line. No value can break
/// out of its line: an invalid one is an error, kConfig if the user's settings contain it, and the
/// message contains neither the path nor the credential.
Result<std::string> WriteRequestHead(const OutgoingRequest& request, const Origin& origin);

}  // namespace agm::http
