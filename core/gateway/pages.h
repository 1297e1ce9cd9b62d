#pragma once

#include "core/gateway/record.h"
#include "core/gateway/routes.h"
#include "core/gateway/services.h"
#include "core/http/server/server.h"

/// Routes that the gateway answers itself: health, metrics, accounts, models.
namespace agm::gateway {

HttpReply HealthPage(Record& record);
/// 200 while an account could serve some model, otherwise 503; both contain counts by state.
HttpReply ReadyPage(Services& services, Record& record);
HttpReply MetricsPage(Services& services, const Settings& settings, Record& record);
/// Every account with state, reason and end of its cooldown; without keys.
HttpReply AccountsPage(Services& services, Record& record);
/// Ends the cooldowns and the quarantine of the account named in the body, because an operator
/// fixed its problem; answers like AccountsPage.
HttpReply HealPage(Services& services, const Settings& settings, const HttpRequest& http,
                   Record& record);
/// OpenAI's list: the accounts' models and the exact names of the mapping.
HttpReply ModelsPage(Services& services, const Settings& settings, const HttpRequest& http,
                     Record& record);
HttpReply ModelPage(Services& services, const Settings& settings, const HttpRequest& http,
                    const std::string& id, Record& record);
/// The same two in Anthropic's format; the whole list is one page.
HttpReply AnthropicModelsPage(Services& services, const Settings& settings, const HttpRequest& http,
                              Record& record);
HttpReply AnthropicModelPage(Services& services, const Settings& settings, const HttpRequest& http,
                             const std::string& id, Record& record);
/// The same two in Google's format.
HttpReply GeminiModelsPage(Services& services, const Settings& settings, const HttpRequest& http,
                           Record& record);
HttpReply GeminiModelPage(Services& services, const Settings& settings, const HttpRequest& http,
                          const std::string& id, Record& record);

}  // namespace agm::gateway
