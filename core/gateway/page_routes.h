#pragma once

#include <functional>
#include <string>

#include "core/gateway/record.h"
#include "core/gateway/routes.h"
#include "core/gateway/services.h"
#include "core/http/server/server.h"

/// The routes of the page below /agm/. The gateway has checked the request's origin and key.
namespace agm::gateway {

/// "GET /" shows the page to a browser, and is unknown to other clients.
bool WantsPage(const http::Request& request);
http::Reply HomePage(Record& record);
/// The page itself, and its files.
http::Reply PageFile(const config::Config& config, const http::Request& http,
                     const std::string& name, Record& record);

/// The state of the gateway at a glance: accounts, the last minute, today, and what needs a person.
http::Reply StatusPage(Services& services, const Settings& settings, const http::Request& http,
                       Record& record);
/// Rows of the request log, newest first: {"requests":[...],"next":SEQ}. `next` is the value of
/// `before` for the next page, or null.
http::Reply RequestsPage(Services& services, const Settings& settings, const http::Request& http,
                         Record& record);
/// One request with its complete history; for scope admin also with its bodies, if they were
/// recorded.
http::Reply RequestPage(Services& services, const Settings& settings, const std::string& id,
                        Record& record);
/// Finished requests as server-sent events.
http::Reply LivePage(Services& services, const Settings& settings, Record& record);
/// Sums of the totals, by columns and spans of time in the viewer's zone.
http::Reply UsagePage(Services& services, const Settings& settings, const http::Request& http,
                      Record& record);

/// POST begins a session with {"key"} or {"token"}; DELETE ends it.
http::Reply SessionPage(Services& services, const Settings& settings, const http::Request& http,
                        Record& record);
/// A token that opens one session, for `agm page`; null where no key is asked for.
http::Reply TokenPage(Services& services, const Settings& settings, const http::Request& http,
                      Record& record);
/// Lets a request with a session's cookie count as one with the session's key.
void OpenSession(Services& services, http::Request& http);

/// Adds the account of {"add":{"name","api_key","base_url"}} to the configuration file, once its
/// upstream has accepted the key.
http::Reply AddAccountPage(Services& services, const Settings& settings, const http::Request& http,
                           Record& record);

}  // namespace agm::gateway
