#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/config/config.h"
#include "core/gateway/record.h"
#include "core/gateway/routes.h"
#include "core/http/server/server.h"
#include "core/protocol/dialect.h"

namespace agm::gateway {

/// x-request-id, and X-Mapped-Model and X-Account-Email as far as they are known.
std::vector<HttpHeader> ModelHeaders(const Record& record, const config::Config& config);

/// An error as it goes out in the dialect; noted in the record. With expose_account off the
/// accounts' states are left out.
HttpReply Refuse(const protocol::Dialect& dialect, Error error, Record& record,
                 const config::Config& config);

/// The same on a route without a dialect, in the shape of its surface's own API.
HttpReply Refuse(Surface surface, Error error, Record& record, const config::Config& config);

/// A good answer of a route that is not a model's.
HttpReply PageReply(int status, std::string_view content_type, std::string body, Record& record);

}  // namespace agm::gateway
