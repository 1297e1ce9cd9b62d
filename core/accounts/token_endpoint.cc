#include "core/accounts/token_endpoint.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "core/base/json.h"
#include "core/base/percent.h"

namespace agm::accounts {
namespace {

using upstream::Failure;
using upstream::Trouble;

constexpr std::size_t kMostBytes = 1U << 20U;
constexpr std::int64_t kDefaultSeconds = 3600;

Failure ForNow(std::string_view why) {
  return upstream::ClassifyTransport(Fail(ErrorCode::kUpstreamUnavailable, "{}", why));
}

// Encodes application/x-www-form-urlencoded.
std::string WriteForm(const Form& form) {
  std::string text;
  for (const auto& [name, value] : form) {
    text += (text.empty() ? "" : "&") + name + "=" + PercentEncode(value);
  }
  return text;
}

Result<std::string> ReadAll(http::Download& download, TimePoint deadline,
                            const Cancellation& cancellation) {
  std::string body;
  for (;;) {
    const auto state = download.Read(body, deadline, cancellation);
    if (!state) return state.error();
    if (*state == http::ReadState::kEnd) return body;
    if (*state == http::ReadState::kNothingYet) {
      return Fail(ErrorCode::kTimeout, "the token endpoint did not answer in time");
    }
    if (body.size() > kMostBytes) {
      return Fail(ErrorCode::kUpstreamRejected, "the token endpoint answered with far too much");
    }
  }
}

// RFC 6749 defines few error names; only such a name is passed on, never a description.
Failure ReadRefusal(int status, const Json& json) {
  const std::string error = TextOf(json, "error");
  constexpr std::string_view kKnown[] = {
      "invalid_grant", "invalid_client",         "unauthorized_client", "invalid_request",
      "invalid_scope", "unsupported_grant_type", "access_denied",       "deleted_client"};
  const bool known = std::find(std::begin(kKnown), std::end(kKnown), error) != std::end(kKnown);
  return RefusedToken(fmt::format("the token endpoint refused the credential ({})",
                                  known ? error : std::to_string(status)));
}

std::variant<TokenAnswer, Failure> ReadAnswer(int status, const std::string& body) {
  const auto json = ParseJson(body);
  const bool object = json && json->is_object();
  if (status == 429 || status >= 500 || !object) {
    return ForNow("the token endpoint is not able to answer");
  }
  if (status / 100 != 2) return ReadRefusal(status, *json);
  TokenAnswer answer{
      Secret(TextOf(*json, "access_token")), {}, Secret(TextOf(*json, "refresh_token"))};
  if (answer.access.empty()) return ForNow("the token endpoint answered without a token");
  const auto seconds = json->find("expires_in");
  const bool told = seconds != json->end() && seconds->is_number_integer();
  answer.lifetime = std::chrono::seconds(
      std::clamp<std::int64_t>(told ? seconds->get<std::int64_t>() : kDefaultSeconds, 60, 86'400));
  return answer;
}

}  // namespace

Failure RefusedToken(std::string_view why) {
  Failure failure;
  failure.trouble = Trouble::kUnauthenticated;
  failure.error = Fail(upstream::RowOf(failure.trouble).code, "{}", why);
  failure.error.reason = upstream::MustFix(failure.trouble);
  failure.said = why;
  return failure;
}

std::variant<TokenAnswer, Failure> AskTokenEndpoint(http::Transport& transport,
                                                    const std::string& url, const Form& form,
                                                    const TokenRoute& route,
                                                    const Cancellation& cancellation) {
  const std::string body = WriteForm(form);
  http::OutgoingRequest request;
  request.url = url;
  request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
  request.body = body;
  request.proxy = route.proxy;
  request.deadline = route.deadline;
  auto download = transport.Send(request, cancellation);
  if (!download) return upstream::ClassifyTransport(download.error());
  auto text = ReadAll(**download, route.deadline, cancellation);
  if (!text) return upstream::ClassifyTransport(text.error());
  return ReadAnswer((*download)->status(), *text);
}

}  // namespace agm::accounts
