#include "core/gateway/event_stream.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>
#include <variant>

#include "core/base/random.h"
#include "core/gateway/replies.h"

namespace agm::gateway {
namespace {

class EventStream : public http::BodySource {
 public:
  EventStream(std::unique_ptr<Answer> answer, std::unique_ptr<protocol::StreamWriter> writer,
              Services& services, const Cancellation& client)
      : answer_(std::move(answer)),
        writer_(std::move(writer)),
        client_(client),
        clock_(*services.clock),
        log_(*services.log),
        keepalive_(answer_->settings->config->proxy.keepalive_interval),
        silent_until_(NextComment()),
        times_chunks_(services.telemetry->on()) {
    answer_->record.phase = Phase::kStream;
    answer_->record.end = EndedBy::kClient;  // unless the answer completes
  }

  Pulled Next(std::string& out, TimePoint until) override {
    try {
      return Pull(out, until);
    } catch (const std::exception& bug) {
      answer_->record.end = EndedBy::kGateway;
      answer_->record.error = CodeName(ErrorCode::kInternal);
      LogThrown(log_, answer_->record.id, bug.what());
      throw;
    }
  }

  void Stop(std::string& out) override {
    const chat::Event event = chat::Failed{WhyCancelled(client_)};
    writer_->Write(event, out);
    Ends(event);
  }

  Awaited awaited() override {
    const Awaited upstream = answer_->events->awaited();
    return {upstream.fd, std::min(upstream.until, silent_until_)};
  }

 private:
  Pulled Pull(std::string& out, TimePoint until) {
    const std::size_t before = out.size();
    for (;;) {
      auto event = answer_->events->Next(std::min(until, silent_until_));
      if (!event) return Silence(out, before);
      answer_->record.FirstByte();
      answer_->record.sent.Add(*event);
      if (times_chunks_ && std::holds_alternative<chat::BlockDelta>(*event)) {
        answer_->record.Chunk();
      }
      Explain(*event);
      writer_->Write(*event, out);
      if (Ends(*event)) return Pulled::kEnd;
      if (out.size() != before && !chat::IsReady(*answer_->events)) return Piece();
    }
  }

  // An upstream call only knows that it was called off.
  void Explain(chat::Event& event) const {
    auto* failed = std::get_if<chat::Failed>(&event);
    const bool called_off = failed != nullptr && failed->error.code == ErrorCode::kCancelled;
    if (called_off) failed->error = WhyCancelled(client_);
  }

  Pulled Silence(std::string& out, std::size_t before) {
    if (out.size() == before && clock_.Now() < silent_until_) return Pulled::kNothingYet;
    if (out.size() == before) out += writer_->KeepAlive();
    return Piece();
  }

  Pulled Piece() {
    silent_until_ = NextComment();
    return Pulled::kPiece;
  }

  // The time of the next keep-alive comment; an interval of 0 disables them.
  TimePoint NextComment() const {
    return keepalive_.count() > 0 ? clock_.Now() + keepalive_ : TimePoint::max();
  }

  // Returns true for the last event, after completing the record from it.
  bool Ends(const chat::Event& event) {
    Record& record = answer_->record;
    if (const auto* finished = std::get_if<chat::Finished>(&event)) {
      record.usage = finished->usage;
      record.phase = Phase::kDone;
      record.end = EndedBy::kGateway;
      return true;
    }
    if (const auto* failed = std::get_if<chat::Failed>(&event)) {
      const bool client = failed->error.code == ErrorCode::kCancelled;
      record.end = client ? EndedBy::kClient : EndedBy::kUpstream;
      record.error = CodeName(failed->error.code);
      record.why = failed->error.message;
      if (client_.Stopping()) record.end = EndedBy::kGateway;
      return true;
    }
    return false;
  }

  std::unique_ptr<Answer> answer_;
  std::unique_ptr<protocol::StreamWriter> writer_;
  const Cancellation& client_;
  Clock& clock_;
  Log& log_;
  const Duration keepalive_;
  TimePoint silent_until_;  ///< then a keep-alive comment is sent
  const bool times_chunks_;
};

}  // namespace

protocol::Reply ReplyFor(const chat::Request& request, const Record& record, Clock& clock) {
  const auto now = clock.Wall().time_since_epoch();
  return {RandomId(24), request.model,
          std::chrono::duration_cast<std::chrono::seconds>(now).count(), &request, record.id};
}

http::Reply StreamReply(std::unique_ptr<Answer> answer, const protocol::Dialect& dialect,
                        Services& services, const Cancellation& client) {
  http::Reply reply;
  answer->record.status = reply.status;
  reply.headers = ModelHeaders(answer->record, *answer->settings->config);
  reply.headers.emplace_back("Content-Type", "text/event-stream; charset=utf-8");
  reply.headers.emplace_back("Cache-Control", "no-cache");
  reply.headers.emplace_back("X-Accel-Buffering", "no");
  auto writer =
      dialect.NewStreamWriter(ReplyFor(*answer->request, answer->record, *services.clock));
  reply.source =
      std::make_unique<EventStream>(std::move(answer), std::move(writer), services, client);
  return reply;
}

}  // namespace agm::gateway
