#include "core/gateway/count_route.h"

#include <string>
#include <utility>

#include "core/base/json_writer.h"
#include "core/gateway/replies.h"
#include "core/gateway/rotation.h"
#include "core/gateway/session.h"
#include "core/gateway/token_counter.h"
#include "core/protocol/anthropic/messages_request.h"

namespace agm::gateway {

HttpReply CountTokens(Services& services, std::shared_ptr<const Settings> settings,
                      HttpRequest& http, Record record) {
  const auto refuse = [&](Error error) {
    return Refuse(Surface::kAnthropic, std::move(error), record, *settings->config);
  };
  record.phase = Phase::kConvert;
  const auto request = protocol::ReadMessagesRequest(http.body, protocol::MessagesUse::kCount);
  if (!request) return refuse(request.error());
  record.model = request->model;
  const auto resolved = settings->map.Resolve(request->model);
  if (!resolved) return refuse(resolved.error());
  record.target = resolved->targets.front();

  record.phase = Phase::kUpstream;
  const RequestContext context{
      &services, settings, SessionOf(*request, SessionHeader(http), record.caller), http.client};
  const std::int64_t tokens = services.counter->Count(context, *request, record.target);
  std::string body;
  JsonWriter json(body);
  json.Object().Key("input_tokens").Int(tokens);
  if (request->extra.contains("answer.context_management")) {
    json.Key("context_management").Object().Key("original_input_tokens").Int(tokens).EndObject();
  }
  json.EndObject();
  record.phase = Phase::kDone;
  record.status = 200;
  HttpReply reply;
  reply.headers = ModelHeaders(record, *settings->config);
  reply.headers.emplace_back("Content-Type", "application/json");
  reply.body = std::move(body);
  return reply;
}

}  // namespace agm::gateway
