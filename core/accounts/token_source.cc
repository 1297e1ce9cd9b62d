#include "core/accounts/token_source.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "core/accounts/service_account.h"
#include "core/base/json.h"

namespace agm::accounts {
namespace {

using upstream::Failure;
using upstream::Trouble;

constexpr std::size_t kMostBytes = 1U << 20U;
constexpr std::int64_t kDefaultSeconds = 3600;

Failure Refused(std::string_view why) {
  Failure failure;
  failure.trouble = Trouble::kUnauthenticated;
  failure.error = Fail(upstream::RowOf(failure.trouble).code, "{}", why);
  return failure;
}

Failure ForNow(std::string_view why) {
  return upstream::ClassifyTransport(Fail(ErrorCode::kUpstreamUnavailable, "{}", why));
}

// application/x-www-form-urlencoded
std::string FormValue(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.' || c == '~';
    if (plain) {
      out += c;
    } else {
      out += '%';
      out += kHex[byte >> 4U];
      out += kHex[byte & 15U];
    }
  }
  return out;
}

struct Form {
  std::string url;
  std::string body;
};

std::variant<Form, Failure> ForServiceAccount(const std::string& path, WallTime now) {
  const auto account = LoadServiceAccount(path);
  if (!account) return Refused("the key file of the service account cannot be used");
  const auto assertion = SignAssertion(*account, now);
  if (!assertion) return Refused(assertion.error().message);
  return Form{account->token_uri,
              "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=" +
                  assertion->Reveal()};
}

Form ForRefreshToken(const config::Account& account, const std::string& url) {
  return {url, "grant_type=refresh_token&client_id=" + FormValue(account.client_id) +
                   "&client_secret=" + FormValue(account.client_secret.Reveal()) +
                   "&refresh_token=" + FormValue(account.refresh_token.Reveal())};
}

Result<std::string> ReadAll(upstream::Download& download, TimePoint deadline,
                            const Cancellation& cancellation) {
  std::string body;
  for (;;) {
    const auto state = download.Read(body, deadline, cancellation);
    if (!state) return state.error();
    if (*state == upstream::ReadState::kEnd) return body;
    if (*state == upstream::ReadState::kNothingYet) {
      return Fail(ErrorCode::kTimeout, "the token endpoint did not answer in time");
    }
    if (body.size() > kMostBytes) {
      return Fail(ErrorCode::kUpstreamRejected, "the token endpoint answered with far too much");
    }
  }
}

std::string TextOf(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::variant<Token, Failure> ReadAnswer(int status, const std::string& body) {
  const auto json = ParseJson(body);
  const bool object = json && json->is_object();
  if (status == 429 || status >= 500 || !object) {
    return ForNow("the token endpoint is not able to answer");
  }
  if (status / 100 != 2) {
    // RFC 6749 names few errors; only a name is passed on, never a description.
    const std::string error = TextOf(*json, "error");
    constexpr std::string_view kKnown[] = {
        "invalid_grant", "invalid_client",         "unauthorized_client", "invalid_request",
        "invalid_scope", "unsupported_grant_type", "access_denied",       "deleted_client"};
    const bool known = std::find(std::begin(kKnown), std::end(kKnown), error) != std::end(kKnown);
    return Refused(fmt::format("the token endpoint refused the credential ({})",
                               known ? error : std::to_string(status)));
  }
  Token token{Secret(TextOf(*json, "access_token")), {}};
  if (token.text.empty()) return ForNow("the token endpoint answered without a token");
  const auto seconds = json->find("expires_in");
  const bool told = seconds != json->end() && seconds->is_number_integer();
  token.lifetime = std::chrono::seconds(
      std::clamp<std::int64_t>(told ? seconds->get<std::int64_t>() : kDefaultSeconds, 60, 86'400));
  return token;
}

}  // namespace

std::variant<Token, Failure> AskForToken(upstream::Transport& transport,
                                         const config::Account& account,
                                         const TokenQuestion& question,
                                         const Cancellation& cancellation) {
  std::variant<Form, Failure> form = ForRefreshToken(account, question.refresh_url);
  if (!account.service_account.empty()) {
    form = ForServiceAccount(account.service_account, question.now);
  }
  if (auto* failure = std::get_if<Failure>(&form)) return std::move(*failure);
  const Form& filled = std::get<Form>(form);
  upstream::HttpRequest request;
  request.url = filled.url;
  request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
  request.body = filled.body;
  request.proxy = question.proxy;
  request.deadline = question.deadline;
  auto download = transport.Send(request, cancellation);
  if (!download) return upstream::ClassifyTransport(download.error());
  auto body = ReadAll(**download, question.deadline, cancellation);
  if (!body) return upstream::ClassifyTransport(body.error());
  return ReadAnswer((*download)->status(), *body);
}

}  // namespace agm::accounts
