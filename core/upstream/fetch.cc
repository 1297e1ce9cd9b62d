#include "core/upstream/fetch.h"

#include <algorithm>
#include <utility>

#include "core/upstream/provider.h"

namespace agm::upstream {
namespace {

constexpr std::size_t kLongestFailure = 64 * 1024;
constexpr Duration kPatience{5'000};

bool IsHtml(const http::Download& download) {
  return download.header("content-type").starts_with("text/html");
}

// False if the body is longer than `limit`; an error if it broke off.
Result<bool> ReadBody(http::Download& download, std::size_t limit, TimePoint deadline,
                      const Cancellation& cancellation, std::string& body) {
  while (body.size() <= limit) {
    const auto state = download.Read(body, deadline, cancellation);
    if (!state) return state.error();
    if (*state == http::ReadState::kEnd) return true;
    if (*state == http::ReadState::kNothingYet && SystemClock().Now() >= deadline) {
      return Fail(ErrorCode::kTimeout, "the upstream did not finish its answer in time");
    }
  }
  return false;
}

}  // namespace

Result<std::string> ReadFailureBody(http::Download& download, const Sender& sender) {
  const TimePoint deadline = std::min(sender.limits.deadline, SystemClock().Now() + kPatience);
  std::string body;
  const auto whole = ReadBody(download, kLongestFailure, deadline, sender.cancellation, body);
  const bool left = !whole && whole.error().code == ErrorCode::kCancelled;
  if (left) return whole.error();
  body.resize(std::min(body.size(), kLongestFailure));
  return body;
}

Failure ClassifyFailure(const http::Download& download, std::string_view body,
                        const Recipient& recipient) {
  const auto header = [&](std::string_view name) { return download.header(name); };
  return recipient.provider.Classify(recipient.account, {download.status(), body, header});
}

Failure ReadFailure(http::Download& download, const Recipient& recipient, const Sender& sender) {
  const auto body = ReadFailureBody(download, sender);
  if (!body) return ClassifyTransport(body.error());
  return ClassifyFailure(download, *body, recipient);
}

std::variant<std::string, Failure> Fetch(const Sender& sender, const Recipient& recipient,
                                         const Question& question) {
  http::OutgoingRequest request = NewRequest(recipient, sender);
  request.url = question.url;
  request.body = question.body;
  if (question.body.empty()) request.method = "GET";
  auto download = sender.transport.Send(request, sender.cancellation);
  if (!download) return ClassifyTransport(download.error());
  if ((*download)->status() / 100 != 2) return ReadFailure(**download, recipient, sender);
  if (IsHtml(**download)) return GarbageFailure("a web page");
  std::string body;
  const auto whole =
      ReadBody(**download, question.limit, sender.limits.deadline, sender.cancellation, body);
  if (!whole) return ClassifyTransport(whole.error());
  if (!*whole) return GarbageFailure("far too much");
  return body;
}

http::OutgoingRequest NewRequest(const Recipient& recipient, const Sender& sender) {
  const Limits& limits = sender.limits;
  http::OutgoingRequest request;
  request.headers = sender.headers;
  request.headers.emplace_back("Content-Type", "application/json");
  request.credential = recipient.provider.CredentialHeader(recipient.account, recipient.credential);
  request.proxy = limits.proxy;
  request.connect_timeout = limits.connect_timeout;
  request.first_byte_timeout = limits.first_byte_timeout;
  request.idle_timeout = limits.idle_timeout;
  request.deadline = limits.deadline;
  return request;
}

}  // namespace agm::upstream
