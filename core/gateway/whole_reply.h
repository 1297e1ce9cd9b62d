#pragma once

#include <memory>

#include "core/chat/response.h"
#include "core/gateway/event_stream.h"

namespace agm::gateway {

/// The reply with the complete answer, once its last event has come; blocks.
http::Reply WholeReply(std::unique_ptr<Answer> answer, const protocol::Dialect& dialect,
                       Clock& clock, const Cancellation& client);

/// The reply with a response that is complete.
http::Reply WriteReply(const chat::Response& response, const chat::Request& request,
                       const protocol::Dialect& dialect, const config::Config& config, Clock& clock,
                       Record& record);

}  // namespace agm::gateway
