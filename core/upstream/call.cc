#include "core/upstream/call.h"

#include <utility>

#include "core/base/random.h"
#include "core/upstream/fetch.h"
#include "core/upstream/no_answer.h"

namespace agm::upstream {
namespace {

using chat::Event;
using chat::Failed;
using chat::Finished;
using chat::Started;
using protocol::GeminiStreamReader;

constexpr std::size_t kIdLength = 24;

protocol::IdSource IdsOf(const Outgoing& outgoing) {
  if (outgoing.ids) return outgoing.ids;
  return [] { return RandomId(kIdLength); };
}

/// Reads a 2xx response.
class RunningCall : public Call {
 public:
  RunningCall(std::unique_ptr<Download> download, const Outgoing& outgoing, bool vertex,
              const Cancellation& cancellation)
      : body_(outgoing.body),
        download_(std::move(download)),
        reader_(IdsOf(outgoing), outgoing.reading),
        vertex_(vertex),
        cancellation_(cancellation) {}

  std::optional<Event> Next(TimePoint until) override;
  bool held() const override { return reader_.held() || broken_ || (!download_ && !ended_); }
  Awaited awaited() override { return download_ ? download_->awaited() : Awaited{}; }
  const std::optional<Failure>& failure() const override { return failure_; }

 private:
  void See(Event& event);
  void Judge(Failed& failed);
  Event Break(const Error& error);

  SharedText body_;                     // must outlive the download, which may still send it
  std::unique_ptr<Download> download_;  // null after the end
  GeminiStreamReader reader_;
  const bool vertex_;
  const Cancellation& cancellation_;
  std::string bytes_;
  bool started_ = false;
  bool ended_ = false;
  std::optional<Error> broken_;  // to be returned as the next event
  std::optional<Failure> failure_;
};

std::optional<Event> RunningCall::Next(TimePoint until) {
  for (bool asked = false; !ended_;) {
    if (auto event = reader_.Next()) {
      See(*event);
      return event;
    }
    if (broken_) return Break(*broken_);
    // A caller that must not block gets one read at most, so that it can serve its other streams.
    if (!download_ || (asked && until == kNoWait)) return std::nullopt;
    asked = true;
    bytes_.clear();
    const auto state = download_->Read(bytes_, until, cancellation_);
    if (!state) {
      broken_ = state.error();
      download_.reset();
    } else if (*state == ReadState::kNothingYet) {
      return std::nullopt;
    } else if (*state == ReadState::kData) {
      reader_.Push(bytes_);
    } else {
      reader_.Close();
      download_.reset();
    }
  }
  return std::nullopt;
}

void RunningCall::See(Event& event) {
  if (std::holds_alternative<Started>(event)) started_ = true;
  ended_ = std::holds_alternative<Finished>(event) || std::holds_alternative<Failed>(event);
  if (ended_) download_.reset();
  if (auto* failed = std::get_if<Failed>(&event)) Judge(*failed);
}

// Classifies the error that the reader found in the response.
void RunningCall::Judge(Failed& failed) {
  if (const auto& error = reader_.upstream_error()) {
    failure_ = Classify(200, error->body, vertex_);
    failed.error = failure_->error;
    return;
  }
  if (failed.error.code == ErrorCode::kInvalidRequest) {
    failure_ = Failure{Trouble::kBadRequest, failed.error, std::nullopt, {}, {}};
    // The response itself may say that a signature is missing.
    failure_->repair = protocol::GeminiRepair::kReplaceSignatures;
    return;
  }
  const auto kind = FindNoAnswer(failed.error.reason);
  failure_ = NoAnswerFailure(kind.value_or(NoAnswer::kGarbage), failed.error);
}

// Ends the stream after the connection broke; all earlier events have been returned.
Event RunningCall::Break(const Error& error) {
  if (!started_) {
    started_ = true;
    return Started{};
  }
  ended_ = true;
  failure_ = ClassifyTransport(error);
  return Failed{error};
}

std::string UrlOf(const config::Account& account, const Outgoing& outgoing) {
  if (!outgoing.stream) return ModelUrl(account, outgoing.model, "generateContent");
  return ModelUrl(account, outgoing.model, "streamGenerateContent") + "?alt=sse";
}

}  // namespace

std::variant<std::unique_ptr<Call>, Failure> Call::Start(
    Transport& transport, const config::Account& account, const Secret& credential,
    const Outgoing& outgoing, const Limits& limits, const Cancellation& cancellation) {
  HttpRequest request = NewRequest(account, credential, limits);
  request.url = UrlOf(account, outgoing);
  request.body = outgoing.body.view();
  request.stream = outgoing.stream;
  auto download = transport.Send(request, cancellation);
  if (!download) return ClassifyTransport(download.error());
  if ((*download)->status() / 100 != 2) {
    return ReadFailure(**download, account, limits, cancellation);
  }
  if ((*download)->header("content-type").starts_with("text/html")) {
    return NoAnswerFailure(NoAnswer::kGarbage, GarbageFailure("a web page").error);
  }
  const bool vertex = account.kind == config::AccountKind::kVertex;
  return std::make_unique<RunningCall>(*std::move(download), outgoing, vertex, cancellation);
}

}  // namespace agm::upstream
