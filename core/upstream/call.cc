#include "core/upstream/call.h"

#include <utility>

#include "core/base/buffer.h"
#include "core/upstream/fetch.h"
#include "core/upstream/no_answer.h"
#include "core/upstream/provider.h"

namespace agm::upstream {
namespace {

using chat::Event;
using chat::Failed;
using chat::Finished;
using chat::Started;

/// Reads a 2xx response.
class RunningCall : public Call {
 public:
  RunningCall(std::unique_ptr<http::Download> download, const Recipient& recipient,
              const Outgoing& outgoing, const Cancellation& cancellation)
      : body_(outgoing.body),
        provider_(recipient.provider),
        account_(recipient.account),
        download_(std::move(download)),
        reader_(outgoing.new_reader()),
        cancellation_(cancellation) {}

  std::optional<Event> Next(TimePoint until) override;
  Awaited awaited() override {
    if (reader_->held() || broken_ || (!download_ && !ended_)) return {-1, kNoWait};
    return download_ ? download_->awaited() : Awaited{};
  }
  const std::optional<Failure>& failure() const override { return failure_; }

 private:
  void See(Event& event);
  void Judge(Failed& failed);
  Event Break(const Error& error);

  SharedText body_;  // must outlive the download, which may still send it
  const Provider& provider_;
  const config::Account& account_;
  std::unique_ptr<http::Download> download_;  // null after the end
  std::unique_ptr<protocol::StreamReader> reader_;
  const Cancellation& cancellation_;
  std::string bytes_;
  bool started_ = false;
  bool ended_ = false;
  std::optional<Error> broken_;  // to be returned as the next event
  std::optional<Failure> failure_;
};

std::optional<Event> RunningCall::Next(TimePoint until) {
  for (bool asked = false; !ended_;) {
    if (auto event = reader_->Next()) {
      See(*event);
      return event;
    }
    if (broken_) return Break(*broken_);
    // A caller that must not block gets one read at most, so that it can serve its other streams.
    if (!download_ || (asked && until == kNoWait)) return std::nullopt;
    asked = true;
    const auto state = download_->Read(bytes_, until, cancellation_);
    if (!state) {
      broken_ = state.error();
      download_.reset();
    } else if (*state == http::ReadState::kNothingYet) {
      return std::nullopt;
    } else if (*state == http::ReadState::kData) {
      reader_->Push(bytes_);
      Clear(bytes_);
    } else {
      reader_->Close();
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
  if (const auto& error = reader_->upstream_error()) {
    failure_ = provider_.Classify(account_, {200, error->body});
    failed.error = failure_->error;
    return;
  }
  if (failed.error.code == ErrorCode::kInvalidRequest) {
    failure_ = Failure{Trouble::kBadRequest, failed.error, std::nullopt, {}, {}};
    // The response itself may say that a signature is missing.
    failure_->repair = protocol::Repair::kReplaceSignatures;
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

}  // namespace

std::variant<std::unique_ptr<Call>, Failure> Call::Start(const Sender& sender,
                                                         const Recipient& recipient,
                                                         const Outgoing& outgoing) {
  http::OutgoingRequest request = NewRequest(recipient, sender);
  request.url = recipient.provider.ChatUrl(recipient.account, outgoing);
  request.body = outgoing.body.view();
  request.stream = outgoing.stream;
  auto download = sender.transport.Send(request, sender.cancellation);
  if (!download) return ClassifyTransport(download.error());
  if ((*download)->status() / 100 != 2) return ReadFailure(**download, recipient, sender);
  if ((*download)->header("content-type").starts_with("text/html")) {
    return NoAnswerFailure(NoAnswer::kGarbage, GarbageFailure("a web page").error);
  }
  return std::make_unique<RunningCall>(*std::move(download), recipient, outgoing,
                                       sender.cancellation);
}

}  // namespace agm::upstream
