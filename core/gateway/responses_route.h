#pragma once

#include <memory>
#include <string>

#include "core/gateway/record.h"
#include "core/gateway/routes.h"
#include "core/gateway/services.h"
#include "core/http/server/server.h"

/// What the Responses API has beside the life of a chat request: answers that are kept, looked at,
/// removed and built upon. They belong to the client key that made them.
namespace agm::gateway {

HttpReply CreateResponse(Services& services, std::shared_ptr<const Settings> settings,
                         HttpRequest& http, Record record);
/// GET and DELETE of one.
HttpReply StoredResponse(Services& services, const Settings& settings, const HttpRequest& http,
                         const std::string& id, Record& record);
HttpReply StoredInputItems(Services& services, const Settings& settings, const HttpRequest& http,
                           const std::string& id, Record& record);

}  // namespace agm::gateway
