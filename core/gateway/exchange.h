#pragma once

#include <memory>
#include <optional>
#include <string>

#include "core/gateway/record.h"
#include "core/gateway/services.h"
#include "core/http/server/server.h"
#include "core/protocol/dialect.h"

namespace agm::gateway {

/// Where an answer is to be kept, and what came before it in its conversation (a JSON array).
struct Keeping {
  store::Conversations* conversations = nullptr;
  std::string history;
};

/// The life of a chat request: read it in its dialect, map its model, get an answer from the pool,
/// and write that back in the dialect, whole or as a stream. The one place that knows everybody.
///
/// Nothing is sent before the first meaningful event, so every failure before it is a plain HTTP
/// error in the dialect; after it, a failure is the dialect's in-stream error.
///
/// Thread safety: any thread; blocks until the answer has begun.
HttpReply Exchange(Services& services, std::shared_ptr<const Settings> settings,
                   const protocol::Dialect& dialect, HttpRequest& http, Record record,
                   std::optional<Keeping> keeping = {});

}  // namespace agm::gateway
