#pragma once

#include <memory>

#include "core/gateway/record.h"
#include "core/gateway/services.h"
#include "core/http/wire/message.h"

namespace agm::gateway {

/// POST /v1/messages/count_tokens: the number of tokens that the request for these messages has for
/// the first model that their model maps to. It is never 0, and a lack of accounts is no error (see
/// TokenCounter).
///
/// Thread safety: any thread; blocks.
http::Reply CountMessages(Services& services, std::shared_ptr<const Settings> settings,
                          http::Request& http, Record record);

}  // namespace agm::gateway
