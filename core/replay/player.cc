#include "core/replay/player.h"

#include <algorithm>
#include <memory>
#include <thread>
#include <utility>

#include "core/base/guarded.h"
#include "core/gateway/service.h"
#include "core/http/client/curl_transport.h"

namespace agm::replay {
namespace {

using http::Download;
using http::OutgoingRequest;
using http::ReadState;

/// A recorded answer.
class RecordedDownload : public http::Download {
 public:
  explicit RecordedDownload(UpstreamCall call) : call_(std::move(call)) {}
  int status() const override { return call_.status; }
  std::string_view header(std::string_view name) const override {
    if (name == "content-type") return call_.content_type;
    if (name == "retry-after") return call_.retry_after;
    return {};
  }
  Result<http::ReadState> Read(std::string& out, TimePoint, const Cancellation&) override {
    if (!std::exchange(given_, true) && !call_.body.empty()) {
      out += call_.body;
      return http::ReadState::kData;
    }
    if (call_.ended == "complete" || call_.ended == "open") return http::ReadState::kEnd;
    return Fail(ErrorCode::kUpstreamUnavailable, "the recorded answer broke off here");
  }

 private:
  const UpstreamCall call_;
  bool given_ = false;
};

/// Gives the recorded answers in their order, whoever asks.
class RecordedTransport : public http::Transport {
 public:
  explicit RecordedTransport(std::vector<UpstreamCall> answers)
      : state_({std::move(answers), {}}) {}

  Result<std::unique_ptr<http::Download>> Send(const http::OutgoingRequest& request,
                                               const Cancellation&) override {
    auto state = state_.Lock();
    const std::size_t n = state->made.size();
    if (request.method != "POST") return NoAnswer();  // lists of models are not recorded
    UpstreamCall made;
    made.path = PathOf(request.url);
    made.sent = request.body;
    state->made.push_back(std::move(made));
    if (n >= state->answers.size() || state->answers[n].status == 0) return NoAnswer();
    return std::unique_ptr<http::Download>(std::make_unique<RecordedDownload>(state->answers[n]));
  }
  std::vector<UpstreamCall> made() { return state_.Copy().made; }

 private:
  struct State {
    std::vector<UpstreamCall> answers;
    std::vector<UpstreamCall> made;
  };

  static Error NoAnswer() {
    return Fail(ErrorCode::kUpstreamUnavailable, "the recording has no answer to this call");
  }
  static std::string PathOf(const std::string& url) {
    const std::size_t host = url.find("://");
    const std::size_t path = url.find('/', host == std::string::npos ? 0 : host + 3);
    return path == std::string::npos ? "/" : url.substr(path);
  }

  Guarded<State> state_;
};

std::shared_ptr<const config::Config> ConfigOf(const Capture& capture) {
  auto config = std::make_shared<config::Config>();
  config->proxy.port = 0;
  config->proxy.auth_mode = config::AuthMode::kOff;
  config->proxy.max_wait = Duration(0);
  config->mapping = capture.mapping;
  for (int i = 1; i <= capture.accounts; ++i) {
    config::Account account;
    account.name = fmt::format("account-{}", i);
    account.api_key = Secret(fmt::format("replayed-key-{}", i));
    account.base_url = "https://upstream.invalid";
    account.project = fmt::format("project-{}", i);
    config->accounts.push_back(std::move(account));
  }
  return config;
}

Result<Outcome> Ask(int port, const Capture& capture) {
  http::CurlTransport client;
  http::OutgoingRequest request;
  request.method = capture.method;
  request.url = fmt::format("http://127.0.0.1:{}{}", port, capture.path);
  if (!capture.body.empty()) request.headers.emplace_back("Content-Type", capture.content_type);
  request.body = capture.body;
  auto download = client.Send(request, NeverCancelled());
  if (!download) return std::move(download).error();
  Outcome outcome;
  outcome.status = (*download)->status();
  outcome.content_type = (*download)->header("content-type");
  for (;;) {
    const auto state = (*download)->Read(outcome.body, TimePoint::max(), NeverCancelled());
    if (!state) return state.error();
    if (*state == http::ReadState::kEnd) return outcome;
  }
}

}  // namespace

Result<Played> Play(const Capture& capture) {
  RecordedTransport transport(capture.upstream);
  const auto log = Log::Silent();
  const auto state = store::Database::OpenInMemory();
  auto service =
      gateway::Service::Start(ConfigOf(capture), *log, SystemClock(), transport, *state,
                              std::make_unique<RecordedTransport>(std::vector<UpstreamCall>{}));
  if (!service) return std::move(service).error();
  Result<void> served;
  std::thread serving([&] { served = (*service)->Serve(); });
  auto outcome = Ask((*service)->port(), capture);
  (*service)->Stop(Duration(0));
  serving.join();
  if (!served) return std::move(served).error();
  if (!outcome) return std::move(outcome).error();
  return Played{*std::move(outcome), transport.made()};
}

}  // namespace agm::replay
