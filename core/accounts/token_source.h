#pragma once

#include <string>
#include <variant>

#include "core/base/cancellation.h"
#include "core/base/clock.h"
#include "core/base/secret.h"
#include "core/config/config.h"
#include "core/http/client/transport.h"
#include "core/upstream/trouble.h"

namespace agm::accounts {

/// An OAuth access token with its lifetime.
struct Token {
  Secret text;
  Duration lifetime{0};
};

/// The parameters of a token request.
struct TokenQuestion {
  std::string refresh_url;  ///< for refresh tokens; a service account's file names its own endpoint
  std::string proxy;
  TimePoint deadline;
  WallTime now;
};

/// Exchanges a service account's signed assertion, or the refresh token of the user's own OAuth
/// client, for an access token. A refused credential (invalid_grant) is Trouble::kUnauthenticated,
/// which quarantines the account; other failures are temporary.
///
/// Thread safety: any thread; blocks.
std::variant<Token, upstream::Failure> AskForToken(http::Transport& transport,
                                                   const config::Account& account,
                                                   const TokenQuestion& question,
                                                   const Cancellation& cancellation);

}  // namespace agm::accounts
