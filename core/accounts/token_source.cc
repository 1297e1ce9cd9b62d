#include "core/accounts/token_source.h"

#include <utility>

#include "core/accounts/service_account.h"
#include "core/accounts/token_endpoint.h"

namespace agm::accounts {
namespace {

using upstream::Failure;

struct Question {
  std::string url;
  Form form;
};

std::variant<Question, Failure> ForServiceAccount(const std::string& path, WallTime now) {
  const auto account = LoadServiceAccount(path);
  if (!account) return RefusedToken("the key file of the service account cannot be used");
  const auto assertion = SignAssertion(*account, now);
  if (!assertion) return RefusedToken(assertion.error().message);
  return Question{account->token_uri,
                  {{"grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"},
                   {"assertion", assertion->Reveal()}}};
}

Question ForRefreshToken(const config::Account& account, const std::string& url) {
  Form form = {{"grant_type", "refresh_token"},
               {"client_id", account.client_id},
               {"refresh_token", account.refresh_token.Reveal()}};
  if (!account.client_secret.empty()) {
    form.emplace_back("client_secret", account.client_secret.Reveal());
  }
  return {url, std::move(form)};
}

}  // namespace

std::variant<Token, Failure> AskForToken(http::Transport& transport, const config::Account& account,
                                         const TokenQuestion& question,
                                         const Cancellation& cancellation) {
  std::variant<Question, Failure> made = ForRefreshToken(account, question.refresh_url);
  if (!account.service_account.empty()) {
    made = ForServiceAccount(account.service_account, question.now);
  }
  if (auto* failure = std::get_if<Failure>(&made)) return std::move(*failure);
  const auto& [url, form] = std::get<Question>(made);
  auto answer =
      AskTokenEndpoint(transport, url, form, {question.proxy, question.deadline}, cancellation);
  if (auto* failure = std::get_if<Failure>(&answer)) return std::move(*failure);
  auto& tokens = std::get<TokenAnswer>(answer);
  return Token{std::move(tokens.access), tokens.lifetime};
}

}  // namespace agm::accounts
