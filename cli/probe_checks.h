#pragma once

#include <string>

#include "cli/gateway_client.h"

/// What the answers of a gateway must look like, API by API: not only that there is one, but that a
/// client can use it. Each takes an answer with a good status and returns what is wrong with it, or
/// nothing.
///
/// Thread safety: any thread.
namespace agm::cli {

std::string CheckHealth(const GatewayAnswer& answer);
std::string CheckModels(const GatewayAnswer& answer);
std::string CheckChat(const GatewayAnswer& answer);
/// Chunks of one completion, a text, a finish_reason, and [DONE] last.
std::string CheckChatStream(const GatewayAnswer& answer);
/// The tool of the probe was called, with arguments that its schema allows.
std::string CheckTools(const GatewayAnswer& answer);
/// The content is JSON that the schema of the probe allows.
std::string CheckJsonSchema(const GatewayAnswer& answer);
std::string CheckResponses(const GatewayAnswer& answer);
/// Numbered events from response.created to response.completed, with text between them.
std::string CheckResponsesStream(const GatewayAnswer& answer);
std::string CheckCompletions(const GatewayAnswer& answer);
std::string CheckEmbeddings(const GatewayAnswer& answer);
std::string CheckAnthropic(const GatewayAnswer& answer);
std::string CheckGemini(const GatewayAnswer& answer);

}  // namespace agm::cli
