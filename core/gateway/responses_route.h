#pragma once

#include <memory>
#include <string>

#include "core/gateway/record.h"
#include "core/gateway/routes.h"
#include "core/gateway/services.h"
#include "core/http/server/server.h"

/// The part of the Responses API beyond a chat request: responses can be stored, read, deleted and
/// continued. They belong to the client key that created them.
namespace agm::gateway {

http::Reply CreateResponse(Services& services, std::shared_ptr<const Settings> settings,
                           http::Request& http, Record record);
/// A conversation summed up as one compaction item.
http::Reply CompactResponse(Services& services, std::shared_ptr<const Settings> settings,
                            http::Request& http, Record record);
/// How many tokens a request would have.
http::Reply CountInput(Services& services, std::shared_ptr<const Settings> settings,
                       http::Request& http, Record record);
/// Always refuses, because the gateway runs no response in the background.
http::Reply CancelResponse(Services& services, const Settings& settings, const std::string& id,
                           Record& record);
/// GET and DELETE of one.
http::Reply StoredResponse(Services& services, const Settings& settings, const http::Request& http,
                           const std::string& id, Record& record);
http::Reply StoredInputItems(Services& services, const Settings& settings,
                             const http::Request& http, const std::string& id, Record& record);

}  // namespace agm::gateway
