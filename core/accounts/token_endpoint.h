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

/// What an OAuth token endpoint gives (RFC 6749).
struct TokenAnswer {
  Secret access;
  Duration lifetime{0};
  Secret refresh;  ///< only where a code was exchanged
};

using Form = std::vector<std::pair<std::string, std::string>>;

struct TokenRoute {
  std::string proxy;
  TimePoint deadline;
};

/// Posts a form to a token endpoint. A refusal (invalid_grant) is Trouble::kUnauthenticated,
/// anything else will pass. Of what the endpoint says only RFC 6749's own words are passed on.
///
/// Thread safety: any thread; blocks.
std::variant<TokenAnswer, upstream::Failure> AskTokenEndpoint(upstream::Transport& transport,
                                                              const std::string& url,
                                                              const Form& form,
                                                              const TokenRoute& route,
                                                              const Cancellation& cancellation);

/// A credential that the endpoint refuses, or would.
upstream::Failure RefusedToken(std::string_view why);

}  // namespace agm::accounts
