#pragma once

#include <cstdint>
#include <memory>

#include "core/base/result.h"
#include "core/gateway/record.h"
#include "core/gateway/services.h"
#include "core/http/server/exchange.h"
#include "core/protocol/dialect.h"

namespace agm::gateway {

/// How many tokens the request in `http` would have, as the upstream counts them: read in its
/// dialect, mapped and written as if it were to be answered, with the accounts tried in turn.
///
/// Fails with the error that the client is to see. Fills record.model, target, account and tries.
///
/// Thread safety: any thread; blocks.
Result<std::int64_t> CountTokens(Services& services, std::shared_ptr<const Settings> settings,
                                 const protocol::Dialect& dialect, HttpRequest& http,
                                 Record& record);

}  // namespace agm::gateway
