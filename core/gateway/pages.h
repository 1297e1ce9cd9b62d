#pragma once

#include "core/gateway/record.h"
#include "core/gateway/routes.h"
#include "core/gateway/services.h"
#include "core/http/server/server.h"

/// Routes that the gateway answers itself: health, metrics, accounts, models.
namespace agm::gateway {

/// 200: the process lives. The status is "stopping" while it takes its last requests.
http::Reply HealthPage(Services& services, Record& record);
/// 200 while an account could serve some model, otherwise, and while the gateway stops, 503; both
/// contain counts by state.
http::Reply ReadyPage(Services& services, Record& record);
http::Reply MetricsPage(Services& services, const Settings& settings, Record& record);
/// Every account with state, reason and end of its cooldown; without keys.
http::Reply AccountsPage(Services& services, Record& record);
/// Ends the cooldowns and the quarantine of the account named in the body, because an operator
/// fixed its problem; answers like AccountsPage.
http::Reply RecoverPage(Services& services, const Settings& settings, const http::Request& http,
                        Record& record);
/// OpenAI's list: the accounts' models and the exact names of the mapping.
http::Reply ModelsPage(Services& services, const Settings& settings, const http::Request& http,
                       Record& record);
http::Reply ModelPage(Services& services, const Settings& settings, const http::Request& http,
                      const std::string& id, Record& record);
/// The same two in Anthropic's format; the whole list is one page.
http::Reply AnthropicModelsPage(Services& services, const Settings& settings,
                                const http::Request& http, Record& record);
http::Reply AnthropicModelPage(Services& services, const Settings& settings,
                               const http::Request& http, const std::string& id, Record& record);
/// The same two in Google's format.
http::Reply GeminiModelsPage(Services& services, const Settings& settings,
                             const http::Request& http, Record& record);
http::Reply GeminiModelPage(Services& services, const Settings& settings, const http::Request& http,
                            const std::string& id, Record& record);

}  // namespace agm::gateway
