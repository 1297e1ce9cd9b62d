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

/// x-request-id, and X-Mapped-Model and X-Account-Email if they are known.
std::vector<http::Header> ModelHeaders(const Record& record, const config::Config& config);

/// The error of a request that was cancelled: its client left, or the gateway stops.
Error WhyCancelled(const Cancellation& client);

/// Writes an error in the dialect and notes it in the record. With expose_account off it leaves out
/// the accounts' states.
http::Reply Refuse(const protocol::Dialect& dialect, Error error, Record& record,
                   const config::Config& config);

/// The same for a route without a dialect, in the error format of its API.
http::Reply Refuse(Surface surface, Error error, Record& record, const config::Config& config);

/// A successful response of a route that calls no model.
http::Reply PageReply(int status, std::string_view content_type, std::string body, Record& record);

/// Adds the base URL to the error of an unknown path, because a wrong base URL is the usual cause.
Error WithBaseUrl(Error error, Surface surface, const http::Request& request,
                  const config::Proxy& proxy);

}  // namespace agm::gateway
