#include "core/gateway/count_route.h"

#include <string>
#include <utility>

#include "core/base/json_writer.h"
#include "core/gateway/count_tokens.h"
#include "core/gateway/replies.h"
#include "core/protocol/anthropic/messages_request.h"

namespace agm::gateway {

http::Reply CountMessages(Services& services, std::shared_ptr<const Settings> settings,
                          http::Request& http, Record record) {
  const auto refuse = [&](Error error) {
    return Refuse(Surface::kAnthropic, std::move(error), record, *settings->config);
  };
  auto request = protocol::ReadMessagesRequest(http.body, protocol::MessagesUse::kCount);
  if (!request) return refuse(request.error());
  const auto tokens = CountTokens(services, settings, *request, http, record);
  if (!tokens) return refuse(tokens.error());
  std::string body;
  JsonWriter json(body);
  json.Object().Key("input_tokens").Int(*tokens);
  if (request->extra.contains(protocol::kContextManagement)) {
    json.Key("context_management").Object().Key("original_input_tokens").Int(*tokens).EndObject();
  }
  json.EndObject();
  record.phase = Phase::kDone;
  record.status = 200;
  http::Reply reply;
  reply.headers = ModelHeaders(record, *settings->config);
  reply.headers.emplace_back("Content-Type", "application/json");
  reply.body = std::move(body);
  return reply;
}

}  // namespace agm::gateway
