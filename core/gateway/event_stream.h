#pragma once

#include <memory>
#include <string>

#include "core/chat/event_source.h"
#include "core/chat/request.h"
#include "core/gateway/record.h"
#include "core/gateway/services.h"
#include "core/http/server/server.h"
#include "core/protocol/dialect.h"

namespace agm::gateway {

/// A response in progress and everything that it refers to. The order of the members matters: the
/// upstream calls are destroyed before the request that they were made from, the record last.
struct Answer {
  Record record;
  std::shared_ptr<const Settings> settings;
  std::shared_ptr<const chat::Request> request;
  std::unique_ptr<chat::EventSource> events;
};

/// The data of a response besides its content.
protocol::Reply ReplyFor(const chat::Request& request, const Record& record, Clock& clock);

/// The reply that sends the answer as the dialect's stream: each upstream event becomes one piece;
/// while the upstream is silent, the dialect's keep-alive is sent.
http::Reply StreamReply(std::unique_ptr<Answer> answer, const protocol::Dialect& dialect,
                        Services& services, const Cancellation& client);

}  // namespace agm::gateway
