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

/// An OAuth access token and for how long it is good.
struct Token {
  Secret text;
  Duration lifetime{0};
};

/// How a token is asked for.
struct TokenQuestion {
  std::string refresh_url;  ///< for refresh tokens; a service account's file names its own
  std::string proxy;
  TimePoint deadline;
  WallTime now;
};

/// Changes a service account's signature, or the refresh token of the user's own OAuth client, for
/// an access token. A credential that is refused (invalid_grant) is Trouble::kUnauthenticated,
/// which quarantines the account; anything else will pass.
///
/// Thread safety: any thread; blocks.
std::variant<Token, upstream::Failure> AskForToken(upstream::Transport& transport,
                                                   const config::Account& account,
                                                   const TokenQuestion& question,
                                                   const Cancellation& cancellation);

}  // namespace agm::accounts
