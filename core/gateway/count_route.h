#pragma once

#include <memory>

#include "core/gateway/record.h"
#include "core/gateway/services.h"
#include "core/http/wire/message.h"

namespace agm::gateway {

/// POST /v1/messages/count_tokens: what the gateway would send for these messages, in tokens of the
/// first model that they map to. Never 0 and never an error for want of an upstream.
///
/// Thread safety: any thread; blocks.
http::Reply CountMessages(Services& services, std::shared_ptr<const Settings> settings,
                          http::Request& http, Record record);

}  // namespace agm::gateway
