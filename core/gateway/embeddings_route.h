#pragma once

#include <memory>

#include "core/gateway/record.h"
#include "core/gateway/services.h"
#include "core/http/server/server.h"

namespace agm::gateway {

/// POST /v1/embeddings: as many upstream calls as the texts need, all to one model, because vectors
/// of two models do not compare. An account that fails is followed by the next, which goes on where
/// that one stopped.
///
/// Thread safety: any thread; blocks until the answer is whole.
HttpReply Embed(Services& services, std::shared_ptr<const Settings> settings, HttpRequest& http,
                Record record);

}  // namespace agm::gateway
