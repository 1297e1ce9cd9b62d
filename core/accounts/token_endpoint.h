#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/cancellation.h"
#include "core/base/clock.h"
#include "core/base/secret.h"
#include "core/http/client/transport.h"
#include "core/upstream/trouble.h"

namespace agm::accounts {

/// The response of an OAuth token endpoint (RFC 6749).
struct TokenAnswer {
  Secret access;
  Duration lifetime{0};
  Secret refresh;  ///< only when a code is exchanged
};

using Form = std::vector<std::pair<std::string, std::string>>;

struct TokenRoute {
  std::string proxy;
  TimePoint deadline;
};

/// Posts a form to a token endpoint. A refusal (invalid_grant) is Trouble::kUnauthenticated, other
/// failures are temporary. Only RFC 6749's own error names are passed on from the response.
///
/// Thread safety: any thread; blocks.
std::variant<TokenAnswer, upstream::Failure> AskTokenEndpoint(http::Transport& transport,
                                                              const std::string& url,
                                                              const Form& form,
                                                              const TokenRoute& route,
                                                              const Cancellation& cancellation);

/// The failure for a credential that the endpoint refuses, or would refuse.
upstream::Failure RefusedToken(std::string_view why);

}  // namespace agm::accounts
