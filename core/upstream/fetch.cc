#include "core/upstream/fetch.h"

#include <algorithm>
#include <utility>

#include "core/upstream/retry_delay.h"

namespace agm::upstream {
namespace {

constexpr std::size_t kLongestFailure = 64 * 1024;
constexpr Duration kPatience{5'000};

bool IsHtml(const Download& download) {
  return download.header("content-type").starts_with("text/html");
}

// False if the body is longer than `limit`; an error if it broke off.
Result<bool> ReadBody(Download& download, std::size_t limit, TimePoint deadline,
                      const Cancellation& cancellation, std::string& body) {
  while (body.size() <= limit) {
    const auto state = download.Read(body, deadline, cancellation);
    if (!state) return state.error();
    if (*state == ReadState::kEnd) return true;
    if (*state == ReadState::kNothingYet && SystemClock().Now() >= deadline) {
      return Fail(ErrorCode::kTimeout, "the upstream did not finish its answer in time");
    }
  }
  return false;
}

}  // namespace

Failure ReadFailure(Download& download, const config::Account& account, const Limits& limits,
                    const Cancellation& cancellation) {
  const TimePoint deadline = std::min(limits.deadline, SystemClock().Now() + kPatience);
  std::string body;
  const auto whole = ReadBody(download, kLongestFailure, deadline, cancellation, body);
  const bool left = !whole && whole.error().code == ErrorCode::kCancelled;
  if (left) return ClassifyTransport(whole.error());
  body.resize(std::min(body.size(), kLongestFailure));
  const bool vertex = account.kind == config::AccountKind::kVertex;
  return Classify(download.status(), body, vertex, ReadRetryAfter(download.header("retry-after")));
}

std::variant<std::string, Failure> Fetch(Transport& transport, const config::Account& account,
                                         const Secret& credential, const Question& question,
                                         const Limits& limits, const Cancellation& cancellation) {
  HttpRequest request = NewRequest(account, credential, limits);
  request.url = question.url;
  request.body = question.body;
  if (question.body.empty()) request.method = "GET";
  auto download = transport.Send(request, cancellation);
  if (!download) return ClassifyTransport(download.error());
  if ((*download)->status() / 100 != 2) {
    return ReadFailure(**download, account, limits, cancellation);
  }
  if (IsHtml(**download)) return GarbageFailure("a web page");
  std::string body;
  const auto whole = ReadBody(**download, question.limit, limits.deadline, cancellation, body);
  if (!whole) return ClassifyTransport(whole.error());
  if (!*whole) return GarbageFailure("far too much");
  return body;
}

HttpRequest NewRequest(const config::Account& account, const Secret& credential,
                       const Limits& limits) {
  HttpRequest request;
  request.headers = {{"Content-Type", "application/json"}};
  request.credential = CredentialHeader(account, credential);
  request.proxy = limits.proxy;
  request.connect_timeout = limits.connect_timeout;
  request.first_byte_timeout = limits.first_byte_timeout;
  request.idle_timeout = limits.idle_timeout;
  request.deadline = limits.deadline;
  return request;
}

}  // namespace agm::upstream
