#include "core/accounts/oauth.h"

#include <openssl/evp.h>

#include <array>
#include <utility>

#include "core/base/base64.h"
#include "core/base/percent.h"
#include "core/base/random.h"

namespace agm::accounts {
namespace {

constexpr std::size_t kVerifierLength = 64;  // RFC 7636 requires 43 to 128
constexpr std::size_t kStateLength = 32;

// BASE64URL(SHA256(verifier)): the form of the verifier that the consent page sees.
std::string Challenge(const Secret& verifier) {
  const std::string& text = verifier.Reveal();
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) {
    return {};
  }
  return Base64Url({reinterpret_cast<const char*>(digest.data()), size});
}

}  // namespace

OauthLogin NewOauthLogin(std::string redirect_url) {
  return {std::move(redirect_url), RandomId(kStateLength), Secret(RandomId(kVerifierLength))};
}

std::string ConsentUrl(const OauthClient& client, const OauthLogin& login, std::string_view scope) {
  const Form query = {{"client_id", client.id},
                      {"redirect_uri", login.redirect_url},
                      {"response_type", "code"},
                      {"scope", std::string(scope)},
                      {"state", login.state},
                      {"code_challenge", Challenge(login.verifier)},
                      {"code_challenge_method", "S256"},
                      // Google returns a refresh token only with these two parameters.
                      {"access_type", "offline"},
                      {"prompt", "consent"}};
  std::string url = client.auth_url;
  char mark = url.find('?') == url.npos ? '?' : '&';
  for (const auto& [name, value] : query) {
    url += std::exchange(mark, '&') + name + "=" + PercentEncode(value);
  }
  return url;
}

Result<Secret> ExchangeCode(http::Transport& transport, const OauthClient& client,
                            const OauthLogin& login, const Secret& code, const TokenRoute& route,
                            const Cancellation& cancellation) {
  Form form = {{"grant_type", "authorization_code"},
               {"code", code.Reveal()},
               {"redirect_uri", login.redirect_url},
               {"client_id", client.id},
               {"code_verifier", login.verifier.Reveal()}};
  if (!client.secret.empty()) form.emplace_back("client_secret", client.secret.Reveal());
  auto answer = AskTokenEndpoint(transport, client.token_url, form, route, cancellation);
  if (auto* failure = std::get_if<upstream::Failure>(&answer)) {
    const bool refused = failure->trouble == upstream::Trouble::kUnauthenticated;
    if (refused) return Fail(ErrorCode::kUpstreamRejected, "{}", failure->error.message);
    return std::move(failure->error);
  }
  auto& tokens = std::get<TokenAnswer>(answer);
  if (tokens.refresh.empty()) {
    return Fail(ErrorCode::kUpstreamRejected, "the token endpoint gave no refresh token");
  }
  return std::move(tokens.refresh);
}

}  // namespace agm::accounts
