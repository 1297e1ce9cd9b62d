#pragma once

#include <string>
#include <string_view>

#include "core/accounts/token_endpoint.h"
#include "core/base/cancellation.h"
#include "core/base/result.h"
#include "core/base/secret.h"
#include "core/http/client/transport.h"

/// Google's documented way for installed programs to be let in by their user: the browser goes to
/// the consent page, comes back to a port of this machine with a code, and the code is exchanged
/// for a refresh token. PKCE (RFC 7636) ties the code to this program.
namespace agm::accounts {

/// The user's own OAuth client.
struct OauthClient {
  std::string id;
  Secret secret;
  std::string auth_url = "https://accounts.google.com/o/oauth2/v2/auth";
  std::string token_url = "https://oauth2.googleapis.com/token";
};

/// One way to the consent page and back.
struct OauthLogin {
  std::string redirect_url;  ///< "http://127.0.0.1:40123"
  std::string state;         ///< comes back with the code, and nobody else knows it
  Secret verifier;           ///< whoever has it may exchange the code
};

OauthLogin NewOauthLogin(std::string redirect_url);

/// Where the browser is to go.
std::string ConsentUrl(const OauthClient& client, const OauthLogin& login, std::string_view scope);

/// The refresh token for the code that came back. What the endpoint refuses is kUpstreamRejected.
///
/// Thread safety: any thread; blocks.
Result<Secret> ExchangeCode(upstream::Transport& transport, const OauthClient& client,
                            const OauthLogin& login, const Secret& code, const TokenRoute& route,
                            const Cancellation& cancellation);

}  // namespace agm::accounts
