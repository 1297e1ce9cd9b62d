#pragma once

#include <memory>

#include "core/gateway/record.h"
#include "core/gateway/services.h"
#include "core/http/server/server.h"
#include "core/protocol/dialect.h"

namespace agm::gateway {

/// Handles a chat request: reads it in its dialect, maps its model, gets an answer through the
/// pool, and writes it in the dialect, complete or as a stream.
///
/// Nothing is sent before the event that commits the response (commit_point.h), so every earlier
/// failure is an ordinary HTTP error in the dialect; a later one is the dialect's in-stream error.
///
/// Thread safety: any thread; blocks until that event, which is the last one of an answer that is
/// not streamed.
http::Reply Exchange(Services& services, std::shared_ptr<const Settings> settings,
                     const protocol::Dialect& dialect, http::Request& http, Record&& record);

}  // namespace agm::gateway
