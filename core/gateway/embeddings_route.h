#pragma once

#include <memory>

#include "core/gateway/record.h"
#include "core/gateway/services.h"
#include "core/http/server/server.h"

namespace agm::gateway {

/// POST /v1/embeddings: makes as many upstream calls as the texts need, all to one model, because
/// vectors of different models cannot be compared. If an account fails, the next one continues
/// where it stopped.
///
/// Thread safety: any thread; blocks until the response is complete.
http::Reply Embed(Services& services, std::shared_ptr<const Settings> settings, http::Request& http,
                  Record record);

}  // namespace agm::gateway
