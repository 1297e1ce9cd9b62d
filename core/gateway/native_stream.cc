#include "core/gateway/native_stream.h"

#include <algorithm>
#include <string>
#include <utility>

#include "core/gateway/replies.h"
#include "core/protocol/gemini/error.h"
#include "core/protocol/gemini/native_watch.h"

namespace agm::gateway {
namespace {

using Framing = protocol::NativeWatch::Framing;

Framing FramingOf(NativeForm form) {
  switch (form) {
    case NativeForm::kWhole:
    case NativeForm::kBytes:
      return Framing::kNone;
    case NativeForm::kEvents:
      return Framing::kEvents;
    case NativeForm::kArray:
      return Framing::kArray;
  }
  return Framing::kNone;
}

class NativeStream : public http::BodySource {
 public:
  NativeStream(NativeOpened opened, NativeForm form, Services& services,
               std::shared_ptr<const Settings> settings, const Cancellation& client, Record record)
      : opened_(std::move(opened)),
        form_(form),
        watch_(FramingOf(form)),
        settings_(std::move(settings)),
        client_(client),
        clock_(*services.clock),
        keepalive_(settings_->config->proxy.keepalive_interval),
        record_(std::move(record)),
        silent_until_(NextComment()),
        times_chunks_(services.telemetry->on()) {
    record_.phase = Phase::kStream;
    record_.end = EndedBy::kClient;  // unless the response completes
  }

  Pulled Next(std::string& out, TimePoint until) override {
    if (!opened_.held.empty()) return Held(out);
    if (!opened_.download) return End();
    const std::size_t before = out.size();
    const auto state = opened_.download->Read(out, std::min(until, silent_until_), client_);
    if (!state) return Break(out, state.error());
    if (*state == http::ReadState::kEnd) return End();
    if (*state == http::ReadState::kNothingYet) return Silence(out);
    watch_.See(std::string_view(out).substr(before));
    return Chunk();
  }

  Awaited awaited() override {
    if (!opened_.held.empty() || !opened_.download) return {-1, kNoWait};
    const Awaited upstream = opened_.download->awaited();
    return {upstream.fd, std::min(upstream.until, silent_until_)};
  }

  void Stop(std::string& out) override { static_cast<void>(Break(out, WhyCancelled(client_))); }

 private:
  Pulled Held(std::string& out) {
    record_.FirstByte();
    watch_.See(opened_.held);
    out += std::exchange(opened_.held, {});
    return Chunk();
  }

  Pulled Chunk() {
    if (times_chunks_) record_.Chunk();
    return Piece();
  }

  Pulled Piece() {
    silent_until_ = NextComment();
    return Pulled::kPiece;
  }

  // Inside an element a keep-alive would destroy it, so there the client waits on.
  Pulled Silence(std::string& out) {
    if (clock_.Now() < silent_until_) return Pulled::kNothingYet;
    if (watch_.between()) out += form_ == NativeForm::kEvents ? ": keep-alive\n\n" : "\n";
    return Piece();
  }

  Pulled End() {
    record_.phase = Phase::kDone;
    record_.end = EndedBy::kGateway;
    record_.usage = watch_.usage();
    if (const std::string_view error = watch_.error(); !error.empty()) {
      const auto failure = opened_.provider->Classify(opened_.lease.account(), {200, error});
      opened_.lease.Report(failure);
      Note(failure.error);
      record_.end = EndedBy::kUpstream;
      return Pulled::kEnd;
    }
    opened_.lease.Report(accounts::Success{
        opened_.first_byte, record_.usage.input + record_.usage.output, record_.usage.input});
    return Pulled::kEnd;
  }

  Pulled Break(std::string& out, const Error& error) {
    record_.usage = watch_.usage();
    const bool called_off = client_.Cancelled();
    if (!called_off) opened_.lease.Report(upstream::ClassifyTransport(error));
    opened_.download.reset();
    Note(error);
    record_.end = called_off ? EndedBy::kClient : EndedBy::kUpstream;
    if (client_.Stopping()) record_.end = EndedBy::kGateway;
    if (form_ != NativeForm::kEvents || !watch_.between()) return Pulled::kBroken;
    out.append("data: ").append(protocol::WriteGeminiError(error).body).append("\n\n");
    return Pulled::kEnd;
  }

  void Note(const Error& error) {
    record_.error = CodeName(error.code);
    record_.why = error.message;
  }

  // The time of the next keep-alive; an interval of 0 disables them.
  TimePoint NextComment() const {
    const bool possible = keepalive_.count() > 0 && FramingOf(form_) != Framing::kNone;
    return possible ? clock_.Now() + keepalive_ : TimePoint::max();
  }

  NativeOpened opened_;
  const NativeForm form_;
  protocol::NativeWatch watch_;
  const std::shared_ptr<const Settings> settings_;
  const Cancellation& client_;
  Clock& clock_;
  const Duration keepalive_;
  Record record_;
  TimePoint silent_until_;  ///< then a keep-alive is sent
  const bool times_chunks_;
};

// A short response is sent as a whole, so that its length is known.
http::Reply WholeReply(NativeOpened opened, http::Reply reply, Record& record) {
  protocol::NativeWatch watch(Framing::kNone);
  watch.See(opened.held);
  record.usage = watch.usage();
  record.phase = Phase::kDone;
  record.FirstByte();
  opened.lease.Report(accounts::Success{opened.first_byte, record.usage.input + record.usage.output,
                                        record.usage.input});
  reply.body = std::move(opened.held);
  return reply;
}

}  // namespace

http::Reply NativeReply(NativeOpened opened, NativeForm form, Services& services,
                        std::shared_ptr<const Settings> settings, const Cancellation& client,
                        Record record) {
  http::Reply reply;
  record.status = reply.status;
  reply.headers = ModelHeaders(record, *settings->config);
  reply.headers.emplace_back("Content-Type", opened.content_type.empty()
                                                 ? "application/json; charset=UTF-8"
                                                 : opened.content_type);
  for (auto& header : opened.headers) reply.headers.push_back(std::move(header));
  const bool whole = FramingOf(form) == Framing::kNone;
  if (whole && !opened.download) return WholeReply(std::move(opened), std::move(reply), record);
  if (!whole) {
    reply.headers.emplace_back("Cache-Control", "no-cache");
    reply.headers.emplace_back("X-Accel-Buffering", "no");
  }
  reply.source = std::make_unique<NativeStream>(std::move(opened), form, services,
                                                std::move(settings), client, std::move(record));
  return reply;
}

http::Reply PassRefusal(NativeRefusal refusal, const config::Config& config, Record& record) {
  record.status = refusal.status;
  record.error = CodeName(ErrorCode::kInvalidRequest);
  record.why = "the upstream refused the request";
  record.phase = Phase::kDone;
  http::Reply reply;
  reply.status = refusal.status;
  reply.headers = ModelHeaders(record, config);
  reply.headers.emplace_back("Content-Type", std::move(refusal.content_type));
  reply.body = std::move(refusal.body);
  return reply;
}

}  // namespace agm::gateway
