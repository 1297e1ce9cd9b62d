#pragma once

#include <memory>
#include <string>

#include "core/gateway/record.h"
#include "core/gateway/services.h"
#include "core/http/wire/message.h"

namespace agm::gateway {

/// POST .../models/{model}:{method} of Gemini's own API. The bytes pass unchanged in both
/// directions; only the name of a mapped model changes. `id` is "{model}:{method}".
///
/// Thread safety: any thread; blocks until the upstream begins to answer.
http::Reply CallNative(Services& services, std::shared_ptr<const Settings> settings,
                       http::Request& http, const std::string& id, Record record);

}  // namespace agm::gateway
