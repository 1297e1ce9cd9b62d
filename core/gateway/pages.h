#pragma once

#include "core/gateway/record.h"
#include "core/gateway/routes.h"
#include "core/gateway/services.h"
#include "core/http/server/server.h"

/// The routes that answer from what the gateway knows: health, metrics, accounts, models.
namespace agm::gateway {

HttpReply HealthPage(Record& record);
/// 200 while an account could serve something, else 503; with counts by state either way.
HttpReply ReadyPage(Services& services, Record& record);
HttpReply MetricsPage(Services& services, int in_flight, Record& record);
/// Every account with state, reason and until-when; no key.
HttpReply AccountsPage(Services& services, Record& record);
/// Lets the account that the body names start healthy, for whoever has seen to it, and answers as
/// AccountsPage.
HttpReply HealPage(Services& services, const Settings& settings, const HttpRequest& http,
                   Record& record);
/// OpenAI's list: the accounts' models and the exact names of the mapping.
HttpReply ModelsPage(Services& services, const Settings& settings, const HttpRequest& http,
                     Record& record);
HttpReply ModelPage(Services& services, const Settings& settings, const HttpRequest& http,
                    const std::string& id, Record& record);
/// Google's form of the same two.
HttpReply GeminiModelsPage(Services& services, const Settings& settings, const HttpRequest& http,
                           Record& record);
HttpReply GeminiModelPage(Services& services, const Settings& settings, const HttpRequest& http,
                          const std::string& id, Record& record);

}  // namespace agm::gateway
