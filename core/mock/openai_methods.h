#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/clock.h"
#include "core/mock/fault.h"
#include "core/mock/http_message.h"
#include "core/mock/reply.h"

namespace agm::mock {

/// A request to a server with OpenAI's API, read from its path and body.
struct OpenAiRoute {
  std::string method;  ///< "chat", "embeddings"; "models" for the list
  std::string model;   ///< empty for the list
};

/// Returns nullopt for a path that such a server does not have.
std::optional<OpenAiRoute> ReadOpenAiRoute(const Request& request);

/// Answers the request; `fault` changes the answer; a default Fault changes nothing. `id` must be unique.
Reply ServeOpenAiMethod(const OpenAiRoute& route, std::string_view body, const Fault& fault,
                        Duration pace, const std::string& id);

}  // namespace agm::mock
