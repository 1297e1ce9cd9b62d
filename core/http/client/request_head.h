#pragma once

#include <string>

#include "core/base/origin.h"
#include "core/base/result.h"
#include "core/http/client/transport.h"

namespace agm::upstream {

/// Who we say we are, to upstreams and to proxies.
///
/// Thread safety: any thread.
const std::string& UserAgent();

/// The head of a request as it goes over the wire (RFC 9112, 3 and 5), its blank line included.
/// Nothing of the request can break out of its line: what would is an error, kConfig where the
/// user's settings are at fault, and says nothing of the path or the credential.
Result<std::string> WriteRequestHead(const HttpRequest& request, const Origin& origin);

}  // namespace agm::upstream
