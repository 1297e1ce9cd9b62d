// How a native request finds its response:
//
//   for each target: for each account of the rotation: send, then hold the first bytes
//     they begin an element        ──▶ the response is opened
//     a refusal of the request     ──▶ the client gets it as it is
//     an error, nothing, a cut     ──▶ the next attempt, as after any failure

#include "core/gateway/native_call.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>

#include "core/gateway/targets.h"
#include "core/protocol/gemini/native_watch.h"
#include "core/upstream/fetch.h"
#include "core/upstream/no_answer.h"

namespace agm::gateway {
namespace {

using upstream::Failure;
using upstream::Trouble;

/// An element that is longer than this is no error object, so it need not be complete.
constexpr std::size_t kMostHeld = 64U << 10U;

/// Failures whose text is about the request, not about an account.
constexpr std::array kAboutTheRequest = {Trouble::kBadRequest,     Trouble::kTooLarge,
                                         Trouble::kUnknownModel,   Trouble::kNotServed,
                                         Trouble::kResourceDenied, Trouble::kUnknownResource};

std::string UrlOf(const upstream::Recipient& recipient, const NativeQuestion& question) {
  if (!question.url.empty()) return question.url;
  std::string url =
      recipient.provider.NativeUrl(recipient.account, question.version, question.resource);
  if (!url.empty() && !question.query.empty()) url += "?" + question.query;
  return url;
}

std::vector<http::Header> UploadHeaders(const http::Download& download) {
  constexpr std::array<std::string_view, 6> kNames = {
      "x-goog-upload-status",        "x-goog-upload-url",
      "x-goog-upload-control-url",   "x-goog-upload-chunk-granularity",
      "x-goog-upload-size-received", "location"};
  std::vector<http::Header> headers;
  for (const std::string_view name : kNames) {
    const std::string_view value = download.header(name);
    if (!value.empty()) headers.emplace_back(name, value);
  }
  return headers;
}

// A failure of the client's own body, or of an attempt that would have to send it a second time. No
// account is to blame.
Failure UploadFailure(const http::BodyReader& upload) {
  Failure failure;
  failure.trouble = Trouble::kAborted;
  failure.error = upload.failure().value_or(
      Fail(ErrorCode::kOverloaded, "the upload was interrupted; send it again"));
  return failure;
}

/// The attempts of one native request.
class Attempts {
 public:
  Attempts(const RequestContext& context, Record& record)
      : context_(context), record_(record), allowance_(context) {}

  /// Nothing if another target should be tried.
  std::optional<NativeOutcome> Target(const std::string& model, const NativeQuestion& question,
                                      bool last);
  NativeOutcome Verdict(const std::string& target) const;

 private:
  using Tried = std::variant<NativeOpened, Failure>;
  using Begun = std::variant<std::unique_ptr<http::Download>, Failure>;

  Tried Try(accounts::Lease& lease, const NativeQuestion& question);
  Begun Send(const upstream::Recipient& recipient, const NativeQuestion& question);
  Failure ReadRefusal(http::Download& download, const upstream::Recipient& recipient);
  std::optional<Failure> Hold(NativeOpened& opened, NativeForm form) const;
  void Note(const std::string& model);

  const RequestContext& context_;
  Record& record_;
  Allowance allowance_;
  std::optional<NativeRefusal> refusal_;  ///< of the last attempt
};

Failure Attempts::ReadRefusal(http::Download& download, const upstream::Recipient& recipient) {
  const upstream::Sender sender = allowance_.Sender(context_);
  auto body = upstream::ReadFailureBody(download, sender);
  if (!body) return upstream::ClassifyTransport(body.error());
  Failure failure = upstream::ClassifyFailure(download, *body, recipient);
  if (std::ranges::find(kAboutTheRequest, failure.trouble) != kAboutTheRequest.end()) {
    refusal_ = NativeRefusal{download.status(), std::string(download.header("content-type")),
                             *std::move(body)};
  }
  return failure;
}

Attempts::Begun Attempts::Send(const upstream::Recipient& recipient,
                               const NativeQuestion& question) {
  const upstream::Sender sender = allowance_.Sender(context_);
  http::OutgoingRequest request = upstream::NewRequest(recipient, sender);
  request.url = UrlOf(recipient, question);
  if (request.url.empty()) return upstream::NotServedFailure();
  request.method = question.http_method;
  request.body = question.body.view();
  if (question.upload != nullptr) {
    if (question.upload->begun()) return UploadFailure(*question.upload);
    request.upload = question.upload;
    request.deadline = TimePoint::max();  // the client's pauses and the upstream's are limited
  }
  if (!question.headers.empty()) {
    request.headers = question.headers;
    std::ranges::copy(sender.headers, std::back_inserter(request.headers));
  }
  request.stream = question.form != NativeForm::kWhole;
  auto download = sender.transport.Send(request, sender.cancellation);
  const bool broken = question.upload != nullptr && question.upload->failure();
  if (broken) return UploadFailure(*question.upload);
  if (!download) return upstream::ClassifyTransport(download.error());
  if ((*download)->status() / 100 != 2) return ReadRefusal(**download, recipient);
  if ((*download)->header("content-type").starts_with("text/html")) {
    return upstream::GarbageFailure("a web page");
  }
  return *std::move(download);
}

std::optional<Failure> Nothing() {
  return upstream::NoAnswerFailure(
      upstream::NoAnswer::kTruncated,
      Fail(ErrorCode::kUpstreamUnavailable, "the upstream's answer ended before it began"));
}

// Reads until the first element is complete, or is certainly no error.
std::optional<Failure> Attempts::Hold(NativeOpened& opened, NativeForm form) const {
  if (form == NativeForm::kBytes) return std::nullopt;
  for (;;) {
    const protocol::JsonPiece object = protocol::FirstJsonObject(opened.held);
    const bool error = protocol::IsGoogleError(object.text);
    const bool ended = opened.download == nullptr;
    if (error && (object.whole || ended)) {
      return opened.provider->Classify(opened.lease.account(), {200, object.text});
    }
    const bool element = object.whole && form != NativeForm::kWhole;
    if (element || opened.held.size() > kMostHeld) return std::nullopt;
    if (ended) return object.text.empty() ? Nothing() : std::nullopt;
    const auto state = opened.download->Read(opened.held, allowance_.deadline, *context_.client);
    if (!state) return upstream::ClassifyTransport(state.error());
    if (*state == http::ReadState::kEnd) opened.download.reset();
    if (*state == http::ReadState::kNothingYet) {
      return upstream::ClassifyTransport(Fail(
          ErrorCode::kTimeout, "the upstream sent nothing before the request's time was over"));
    }
  }
}

Attempts::Tried Attempts::Try(accounts::Lease& lease, const NativeQuestion& question) {
  refusal_.reset();
  Clock& clock = *context_.services->clock;
  const TimePoint started = clock.Now();
  const upstream::Provider* provider = nullptr;
  auto begun = WithCredential(context_, lease.account(), allowance_.deadline,
                              [&](const upstream::Recipient& recipient) {
                                provider = &recipient.provider;
                                return Send(recipient, question);
                              });
  if (auto* failure = std::get_if<Failure>(&begun)) return std::move(*failure);
  auto& download = std::get<std::unique_ptr<http::Download>>(begun);
  std::string type(download->header("content-type"));
  auto headers = UploadHeaders(*download);
  NativeOpened opened{std::move(lease), provider,          question.body, std::move(download), {},
                      std::move(type),  std::move(headers)};
  if (auto failure = Hold(opened, question.form)) {
    lease = std::move(opened.lease);
    return *std::move(failure);
  }
  opened.first_byte = std::chrono::duration_cast<Duration>(clock.Now() - started);
  return opened;
}

void Attempts::Note(const std::string& model) {
  record_.target = model;
  record_.ForgetTries();
  allowance_.NoteIn(record_);
}

std::optional<NativeOutcome> Attempts::Target(const std::string& model,
                                              const NativeQuestion& question, bool last) {
  if (record_.target.empty()) record_.target = model;
  Rotation rotation(context_, allowance_, model, question.body.view().size(), last);
  while (auto lease = rotation.Next()) {
    auto outcome = Try(*lease, question);
    if (auto* opened = std::get_if<NativeOpened>(&outcome)) {
      rotation.Answered();
      Note(model);
      return std::move(*opened);
    }
    auto& failure = std::get<Failure>(outcome);
    const NextStep next = rotation.After(*std::move(lease), failure);
    Note(model);
    if (question.upload != nullptr && question.upload->failure()) return Final(context_, failure);
    if (next == NextStep::kStop) {
      if (refusal_ && !context_.client->Cancelled()) return *std::move(refusal_);
      return Final(context_, failure);
    }
    const bool spent = question.upload != nullptr && question.upload->begun();
    if (next == NextStep::kNextTarget || spent) break;
  }
  return std::nullopt;
}

NativeOutcome Attempts::Verdict(const std::string& target) const {
  const bool own = context_.client->Cancelled() || !refusal_;
  if (own) return gateway::Verdict(context_, allowance_, target);
  return *refusal_;
}

}  // namespace

NativeOutcome OpenNative(const RequestContext& context, const std::vector<std::string>& targets,
                         const std::function<NativeQuestion(const std::string&)>& question_for,
                         Record& record) {
  Attempts attempts(context, record);
  for (std::size_t i = 0; i < targets.size(); ++i) {
    auto outcome = attempts.Target(targets[i], question_for(targets[i]), i + 1 == targets.size());
    if (outcome) return *std::move(outcome);
  }
  return attempts.Verdict(targets.back());
}

}  // namespace agm::gateway
