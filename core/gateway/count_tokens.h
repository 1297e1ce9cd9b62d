#pragma once

#include <cstdint>
#include <memory>

#include "core/base/result.h"
#include "core/chat/request.h"
#include "core/gateway/record.h"
#include "core/gateway/services.h"
#include "core/http/wire/message.h"

namespace agm::gateway {

/// The number of tokens that `request`, which came with `http`, has for the first model that its
/// model maps to, by TokenCounter. Media that the model cannot fetch are fetched into the request.
///
/// Fails with kUnknownModel for a name that no rule maps. Fills record.model, rule and target.
///
/// Thread safety: any thread; blocks.
Result<std::int64_t> CountTokens(Services& services, std::shared_ptr<const Settings> settings,
                                 chat::Request& request, const http::Request& http, Record& record);

}  // namespace agm::gateway
