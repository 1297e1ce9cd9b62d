#pragma once

#include <string>
#include <string_view>

#include "core/accounts/token_endpoint.h"
#include "core/base/cancellation.h"
#include "core/base/result.h"
#include "core/base/secret.h"
#include "core/http/client/transport.h"

/// Google's OAuth flow for installed programs: the user's browser visits the consent page, which
/// redirects it to a port of this machine with a code; the code is exchanged for a refresh token.
/// PKCE (RFC 7636) ties the code to this program.
namespace agm::accounts {

/// The user's own OAuth client.
struct OauthClient {
  std::string id;
  Secret secret;
  std::string auth_url = "https://accounts.google.com/o/oauth2/v2/auth";
  std::string token_url = "https://oauth2.googleapis.com/token";
};

/// The secrets of one login.
struct OauthLogin {
  std::string redirect_url;  ///< "http://127.0.0.1:40123"
  std::string state;  ///< returned with the code; proves that the redirect belongs to this login
  Secret verifier;    ///< required to exchange the code
};

OauthLogin NewOauthLogin(std::string redirect_url);

/// The URL of the consent page for the browser.
std::string ConsentUrl(const OauthClient& client, const OauthLogin& login, std::string_view scope);

/// Exchanges the code for a refresh token. A refusal by the endpoint is kUpstreamRejected.
///
/// Thread safety: any thread; blocks.
Result<Secret> ExchangeCode(http::Transport& transport, const OauthClient& client,
                            const OauthLogin& login, const Secret& code, const TokenRoute& route,
                            const Cancellation& cancellation);

}  // namespace agm::accounts
