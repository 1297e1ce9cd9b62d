#pragma once

#include <string>

#include "cli/gateway_client.h"

/// Checks a gateway's responses, API by API: not only that there is one, but that a client can use
/// it. Each function takes a successful response and returns what is wrong with it, or an empty
/// string.
///
/// Thread safety: any thread.
namespace agm::cli {

std::string CheckHealth(const GatewayAnswer& answer);
std::string CheckModels(const GatewayAnswer& answer);
std::string CheckChat(const GatewayAnswer& answer);
/// Expects chunks of one completion, with a text, a finish_reason, and [DONE] last.
std::string CheckChatStream(const GatewayAnswer& answer);
/// Expects a call of the probe's tool, with arguments that match its schema.
std::string CheckTools(const GatewayAnswer& answer);
/// Expects JSON content that matches the probe's schema.
std::string CheckJsonSchema(const GatewayAnswer& answer);
std::string CheckResponses(const GatewayAnswer& answer);
/// Expects numbered events from response.created to response.completed, with text between them.
std::string CheckResponsesStream(const GatewayAnswer& answer);
std::string CheckCompletions(const GatewayAnswer& answer);
std::string CheckEmbeddings(const GatewayAnswer& answer);
std::string CheckAnthropic(const GatewayAnswer& answer);
std::string CheckGemini(const GatewayAnswer& answer);

}  // namespace agm::cli
