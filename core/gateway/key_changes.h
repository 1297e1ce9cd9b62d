#pragma once

#include <string>

#include "core/gateway/record.h"
#include "core/gateway/services.h"
#include "core/http/wire/message.h"

/// Changes to client keys for scope admin. Each one edits the configuration file, which the running
/// gateway follows; the answers do not wait for that.
namespace agm::gateway {

/// POST /agm/keys makes a key from {"name", and the members of a change}. The answer, {"name",
/// "id", "key"}, is the only one that ever has the key.
http::Reply AddKeyPage(Services& services, const Settings& settings, const http::Request& http,
                       Record& record);

/// PATCH /agm/keys/NAME changes the members that it gives; null removes a limit:
///
///     {"scopes": [...], "models": [...], "requests_per_minute": 60, "tokens_per_minute": 200000,
///      "parallel": 8, "budget": {"day": 2.5, "month": null}, "budget_of": "list",
///      "tokens": {"day": 5000000}, "expires": "30d", "enabled": true}
///
/// {"rotate": true}, or {"rotate": {"grace": "24h"}}, gives the key another secret and answers as
/// POST does.
http::Reply ChangeKeyPage(Services& services, const Settings& settings, const http::Request& http,
                          const std::string& name, Record& record);

/// DELETE /agm/keys/NAME
http::Reply RemoveKeyPage(Services& services, const Settings& settings, const std::string& name,
                          Record& record);

}  // namespace agm::gateway
