#include "core/gateway/exchange.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <memory>
#include <utility>
#include <variant>

#include "core/base/json_doc.h"
#include "core/base/json_writer.h"
#include "core/base/random.h"
#include "core/gateway/attempts.h"
#include "core/gateway/history.h"
#include "core/gateway/media.h"
#include "core/gateway/replies.h"
#include "core/gateway/session.h"
#include "core/gateway/taped.h"
#include "core/gateway/token_counter.h"
#include "core/gateway/unknown_model.h"

namespace agm::gateway {
namespace {

/// Everything that must live as long as the answer, in reverse order of destruction: the upstream
/// call is destroyed before the request that it was made from, the record last.
struct Life {
  Record record;
  std::shared_ptr<const Settings> settings;
  std::shared_ptr<const chat::Request> request;
  Answer answer;
  std::optional<Keeping> keeping;
};

std::string_view WithoutBrackets(std::string_view array) {
  if (array.size() < 2) return {};
  return array.substr(1, array.size() - 2);
}

// Stores the response with its conversation, so that the next request can continue it.
void Keep(const Life& life, std::string_view object, Clock& clock) {
  if (!life.keeping) return;
  const auto doc = JsonDoc::Parse(object);
  if (!doc) return;
  const auto input = life.request->extra.find("responses.input");
  store::SavedResponse saved;
  saved.id = doc->root()["id"].text();
  saved.owner = life.record.caller;
  saved.created = clock.Wall();
  saved.object = object;
  saved.input = input == life.request->extra.end() ? "[]" : input->second;
  JsonWriter items(saved.items);
  items.Array().RawMembers(WithoutBrackets(life.keeping->history));
  items.RawMembers(WithoutBrackets(saved.input));
  items.RawMembers(WithoutBrackets(doc->root()["output"].raw())).EndArray();
  life.keeping->conversations->Keep(std::move(saved));
}

void TraceMapping(Log& log, const std::string& id, const mapping::Resolution& resolution) {
  if (!log.Wants(LogLevel::kDebug)) return;
  LogFields fields = log.Fields();
  fields.Add("id", id).Add("model", resolution.asked);
  fields.Add("rule", mapping::RuleName(resolution.rule)).Add("from", resolution.from);
  log.Write(LogLevel::kDebug, "the model's name is mapped",
            fields.Add("targets", fmt::format("{}", fmt::join(resolution.targets, ","))));
}

protocol::Reply ReplyFor(const chat::Request& request, const Record& record, Clock& clock) {
  const auto now = clock.Wall().time_since_epoch();
  return {RandomId(24), request.model,
          std::chrono::duration_cast<std::chrono::seconds>(now).count(), &request, record.id};
}

/// A stream: each upstream event becomes one piece; while the upstream is silent, the dialect's
/// keep-alive is sent.
class EventStream : public BodySource {
 public:
  EventStream(std::unique_ptr<Life> life, std::unique_ptr<protocol::StreamWriter> writer,
              Services& services, const Cancellation& client)
      : life_(std::move(life)),
        writer_(std::move(writer)),
        client_(client),
        clock_(*services.clock),
        log_(*services.log),
        keepalive_(life_->settings->config->proxy.keepalive_interval),
        silent_until_(NextComment()) {
    life_->record.phase = Phase::kStream;
    life_->record.end = EndedBy::kClient;  // unless the answer completes
  }

  Pulled Next(std::string& out, TimePoint until) override {
    try {
      return Pull(out, until);
    } catch (const std::exception& bug) {
      life_->record.end = EndedBy::kGateway;
      life_->record.error = CodeName(ErrorCode::kInternal);
      LogThrown(log_, life_->record.id, bug.what());
      throw;
    }
  }

  void Stop(std::string& out) override {
    const chat::Event event = chat::Failed{WhyCancelled(client_)};
    writer_->Write(event, out);
    Ends(event);
  }

  Awaited awaited() override {
    if (life_->answer.held()) return {-1, kNoWait};
    const Awaited upstream = life_->answer.awaited();
    return {upstream.fd, std::min(upstream.until, silent_until_)};
  }

 private:
  Pulled Pull(std::string& out, TimePoint until) {
    const std::size_t before = out.size();
    for (;;) {
      auto event = life_->answer.Next(std::min(until, silent_until_));
      if (!event) return Silence(out, before);
      life_->record.FirstByte();
      Explain(*event);
      writer_->Write(*event, out);
      if (Ends(*event)) {
        Keep(*life_, writer_->whole(), clock_);
        return Pulled::kEnd;
      }
      if (out.size() != before && !life_->answer.held()) return Piece();
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
    Record& record = life_->record;
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

  std::unique_ptr<Life> life_;
  std::unique_ptr<protocol::StreamWriter> writer_;
  const Cancellation& client_;
  Clock& clock_;
  Log& log_;
  const Duration keepalive_;
  TimePoint silent_until_;  ///< then a keep-alive comment is sent
};

HttpReply Stream(std::unique_ptr<Life> life, const protocol::Dialect& dialect, Services& services,
                 const Cancellation& client) {
  HttpReply reply;
  life->record.status = reply.status;
  reply.headers = ModelHeaders(life->record, *life->settings->config);
  reply.headers.emplace_back("Content-Type", "text/event-stream; charset=utf-8");
  reply.headers.emplace_back("Cache-Control", "no-cache");
  reply.headers.emplace_back("X-Accel-Buffering", "no");
  auto writer = dialect.NewStreamWriter(ReplyFor(*life->request, life->record, *services.clock));
  reply.source =
      std::make_unique<EventStream>(std::move(life), std::move(writer), services, client);
  return reply;
}

/// Reads the answer to its end.
Result<chat::Response> FoldAnswer(Life& life) {
  life.record.phase = Phase::kAnswer;
  chat::Fold fold;
  for (;;) {
    auto event = life.answer.Next(TimePoint::max());
    if (!event) break;
    const bool last = std::holds_alternative<chat::Finished>(*event) ||
                      std::holds_alternative<chat::Failed>(*event);
    fold.Add(*std::move(event));
    if (last) break;
  }
  return std::move(fold).Finish();
}

HttpReply Written(const chat::Response& response, const chat::Request& request,
                  const protocol::Dialect& dialect, const config::Config& config, Clock& clock,
                  Record& record) {
  record.usage = response.usage;
  auto body = dialect.WriteResponse(response, ReplyFor(request, record, clock));
  if (!body) return Refuse(dialect, body.error(), record, config);
  record.phase = Phase::kDone;
  record.status = 200;
  record.FirstByte();
  HttpReply reply;
  reply.headers = ModelHeaders(record, config);
  reply.headers.emplace_back("Content-Type", dialect.ContentType(request));
  reply.body = *std::move(body);
  return reply;
}

HttpReply Whole(std::unique_ptr<Life> life, const protocol::Dialect& dialect, Clock& clock,
                const Cancellation& client) {
  const config::Config& config = *life->settings->config;
  auto response = FoldAnswer(*life);
  if (!response) {
    const bool called_off = response.error().code == ErrorCode::kCancelled;
    const Error error = called_off ? WhyCancelled(client) : response.error();
    return Refuse(dialect, error, life->record, config);
  }
  HttpReply reply = Written(*response, *life->request, dialect, config, clock, life->record);
  if (reply.status == 200) Keep(*life, reply.body, clock);
  return reply;
}

// A request for no tokens at all: the prompt is counted, and nothing is generated.
HttpReply Ungenerated(const RequestContext& context, const chat::Request& request,
                      const std::string& model, const protocol::Dialect& dialect, Record record) {
  record.target = model;
  chat::Response response;
  response.choices.emplace_back().finish = chat::FinishReason::kLength;
  response.usage.input = context.services->counter->Count(context, request, model);
  response.usage.known = true;
  return Written(response, request, dialect, *context.settings->config, *context.services->clock,
                 record);
}

}  // namespace

HttpReply Exchange(Services& services, std::shared_ptr<const Settings> settings,
                   const protocol::Dialect& dialect, HttpRequest& http, Record record,
                   std::optional<Keeping> keeping) {
  const config::Config& config = *settings->config;
  const auto refuse = [&](Error error) {
    return Refuse(dialect, std::move(error), record, config);
  };
  record.phase = Phase::kConvert;
  auto request = dialect.ReadRequest(http.body);
  if (!request) return refuse(request.error());
  record.model = request->model;

  auto resolved = settings->map.Resolve(request->model);
  if (!resolved) {
    return refuse(WithModelHelp(resolved.error(), services, *settings, record.model));
  }

  TraceMapping(*services.log, record.id, *resolved);
  record.rule = RuleText(*resolved);
  record.stream = request->stream;

  auto inlined = InlineMedia(*services.media, resolved->targets, BudgetOf(config.proxy),
                             *http.client, *request);
  if (!inlined) return refuse(inlined.error());

  const RequestContext context{&services,
                               settings,
                               SessionOf(*request, SessionHeader(http), record.caller),
                               http.client,
                               record.id,
                               record.caller,
                               TapeCalls(*services.transport, record.tape)};
  if (request->sampling.max_tokens == 0) {
    return Ungenerated(context, *request, resolved->targets.front(), dialect, std::move(record));
  }
  const auto shared = std::make_shared<const chat::Request>(*std::move(request));
  auto answer = GetAnswer(context, shared, resolved->targets, record);
  if (!answer) return refuse(WithModelHelp(answer.error(), services, *settings, record.model));

  auto life = std::unique_ptr<Life>(
      new Life{std::move(record), settings, shared, *std::move(answer), std::move(keeping)});
  return shared->stream ? Stream(std::move(life), dialect, services, *http.client)
                        : Whole(std::move(life), dialect, *services.clock, *http.client);
}

}  // namespace agm::gateway
