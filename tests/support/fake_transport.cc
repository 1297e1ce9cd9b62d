#include "tests/support/fake_transport.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace agm::test {
namespace {

using http::Download;
using http::OutgoingRequest;
using http::ReadState;

class FakeDownload : public http::Download {
 public:
  FakeDownload(FakeAnswer answer, std::shared_ptr<int> alive)
      : answer_(std::move(answer)), alive_(std::move(alive)) {}

  int status() const override { return answer_.status; }
  std::string_view header(std::string_view name) const override {
    const auto found = std::find_if(answer_.headers.begin(), answer_.headers.end(),
                                    [name](const auto& header) { return header.first == name; });
    return found == answer_.headers.end() ? std::string_view() : found->second;
  }

  Result<http::ReadState> Read(std::string& out, TimePoint,
                               const Cancellation& cancellation) override {
    if (cancellation.Cancelled()) return Fail(ErrorCode::kCancelled, "the client went away");
    if (next_ < answer_.pieces.size()) {
      out += answer_.pieces[next_++];
      return http::ReadState::kData;
    }
    if (answer_.at_end) return *answer_.at_end;
    return answer_.hangs ? http::ReadState::kNothingYet : http::ReadState::kEnd;
  }

 private:
  FakeAnswer answer_;
  std::shared_ptr<int> alive_;
  std::size_t next_ = 0;
};

SentRequest Copy(const http::OutgoingRequest& request) {
  return {request.method,
          request.url,
          request.headers,
          request.credential.first,
          request.credential.second.Reveal(),
          std::string(request.body),
          request.proxy,
          request.stream,
          request.first_byte_timeout,
          request.deadline};
}

}  // namespace

std::string SentRequest::header(std::string_view name) const {
  return std::string(http::FindHeader(headers, name));
}

FakeAnswer FakeAnswer::Json(std::string body, int status) {
  FakeAnswer answer;
  answer.status = status;
  answer.pieces.push_back(std::move(body));
  return answer;
}

FakeAnswer FakeAnswer::Sse(const std::vector<std::string>& events) {
  FakeAnswer answer;
  answer.headers = {{"content-type", "text/event-stream"}};
  for (const std::string& event : events) {
    answer.pieces.push_back(fmt::format("data: {}\r\n\r\n", event));
  }
  return answer;
}

FakeAnswer FakeAnswer::Broken(Error error) {
  FakeAnswer answer;
  answer.instead = std::move(error);
  return answer;
}

void FakeTransport::Answer(FakeAnswer answer) {
  auto state = state_.Lock();
  state->queue.push_back(std::move(answer));
}

void FakeTransport::AnswerBy(Rule rule) {
  auto state = state_.Lock();
  state->rule = std::move(rule);
}

Result<std::unique_ptr<http::Download>> FakeTransport::Send(const http::OutgoingRequest& request,
                                                            const Cancellation& cancellation) {
  if (cancellation.Cancelled()) return Fail(ErrorCode::kCancelled, "the client went away");
  FakeAnswer answer = FakeAnswer::Broken(Fail(ErrorCode::kUpstreamUnavailable, "nobody answers"));
  Rule rule;
  SentRequest copy = Copy(request);
  if (request.upload != nullptr) {
    auto state = http::BodyReader::State::kMore;
    while (state == http::BodyReader::State::kMore) {
      state = request.upload->Read(copy.body, TimePoint::max());
    }
    if (request.upload->failure()) return *request.upload->failure();
  }
  {
    auto state = state_.Lock();
    state->sent.push_back(copy);
    if (state->queue.empty()) {
      rule = state->rule;
    } else {
      answer = std::move(state->queue.front());
      state->queue.erase(state->queue.begin());
    }
  }
  if (rule) answer = rule(copy);
  if (answer.instead) return *std::move(answer.instead);
  return std::unique_ptr<http::Download>(std::make_unique<FakeDownload>(std::move(answer), alive_));
}

std::vector<SentRequest> FakeTransport::sent() const {
  auto state = state_.Lock();
  return state->sent;
}

}  // namespace agm::test
