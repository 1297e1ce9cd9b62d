#include "core/gateway/exchange.h"

#include <fmt/format.h>

#include <memory>
#include <utility>
#include <vector>

#include "core/chat/merged_sources.h"
#include "core/chat/shown_events.h"
#include "core/gateway/admission.h"
#include "core/gateway/attempts.h"
#include "core/gateway/event_stream.h"
#include "core/gateway/history.h"
#include "core/gateway/joined_hops.h"
#include "core/gateway/kept_signatures.h"
#include "core/gateway/media.h"
#include "core/gateway/pins.h"
#include "core/gateway/replies.h"
#include "core/gateway/session.h"
#include "core/gateway/taped.h"
#include "core/gateway/targets.h"
#include "core/gateway/token_counter.h"
#include "core/gateway/unknown_model.h"
#include "core/gateway/whole_reply.h"
#include "core/protocol/shared/reasoning.h"

namespace agm::gateway {
namespace {

void TraceMapping(Log& log, const std::string& id, const mapping::Resolution& resolution) {
  if (!log.Wants(LogLevel::kDebug)) return;
  LogFields fields = log.Fields();
  fields.Add("id", id).Add("model", resolution.asked);
  fields.Add("rule", mapping::RuleName(resolution.rule)).Add("from", resolution.from);
  log.Write(LogLevel::kDebug, "the model's name is mapped",
            fields.Add("targets", fmt::format("{}", fmt::join(resolution.targets, ","))));
}

// A request for no tokens at all: the prompt is counted, and nothing is generated.
http::Reply CountOnly(const RequestContext& context, const chat::Request& request,
                      const std::string& target, const protocol::Dialect& dialect, Record record) {
  record.target = target;
  chat::Response response;
  response.choices.emplace_back().finish = chat::FinishReason::kLength;
  response.usage.input = context.services->counter->Count(context, request, target);
  response.usage.known = true;
  return WriteReply(response, request, dialect, *context.settings->config, *context.services->clock,
                    record);
}

// The opened calls as one response: the hops of each call are joined, the calls merged, the
// signatures stored that pass by, and then the thoughts left out that the client did not ask for.
std::unique_ptr<chat::EventSource> Stack(OpenedCalls opened, const RequestContext& context,
                                         const chat::Request& request) {
  const std::string family = opened.calls.front().call.family();
  std::vector<std::unique_ptr<chat::EventSource>> calls;
  for (OpenedCall& call : opened.calls) {
    calls.push_back(std::make_unique<JoinedHops>(std::move(call.call), std::move(call.first)));
  }
  std::unique_ptr<chat::EventSource> whole;
  if (calls.size() == 1) {
    whole = std::move(calls.front());
  } else {
    whole = std::make_unique<chat::MergedSources>(std::move(calls), opened.plan);
  }
  if (!family.empty()) {
    whole = std::make_unique<KeptSignatures>(
        std::move(whole), SignatureKeeper(*context.services->signatures, context.caller, family));
  }
  const bool show = request.reasoning.show.value_or(false);
  return std::make_unique<chat::ShownEvents>(std::move(whole), chat::ThoughtFilter(show));
}

void NoteCall(const chat::Request& request, const http::Request& http, ledger::CallFacts& call) {
  call.conversation = ConversationOf(request, http);
  if (request.reasoning.effort) call.reasoning = protocol::EffortName(*request.reasoning.effort);
}

}  // namespace

http::Reply Exchange(Services& services, std::shared_ptr<const Settings> settings,
                     const protocol::Dialect& dialect, http::Request& http, Record&& record) {
  const config::Config& config = *settings->config;
  const auto refuse = [&](const Error& error) {
    return Refuse(dialect, WithModelHelp(error, services, *settings, record.model), record, config);
  };
  record.phase = Phase::kConvert;
  auto request = dialect.ReadRequest(http.body);
  if (!request) return Refuse(dialect, request.error(), record, config);
  record.model = request->model;
  record.stream = request->stream;
  record.tier = request->service_tier;
  if (services.telemetry->on()) NoteCall(*request, http, record.call);

  auto resolved = ResolveModel(services, *settings, request->model, *http.client);
  if (!resolved) return refuse(resolved.error());
  TraceMapping(*services.log, record.id, *resolved);
  record.rule = RuleText(*resolved);
  const std::string session = SessionOf(*request, SessionHeader(http), record.caller);
  const auto targets = AdmitChat(services, *request, resolved->targets, Choice{session}, record);
  if (!targets) return refuse(targets.error());

  const auto context = std::make_shared<RequestContext>(
      RequestContext{&services, settings, session, http.client, record.id, record.caller,
                     TapeCalls(*services.transport, record.tape)});
  context->headers = record.TraceHeaders();
  context->early = record.early;
  context->hops = record.hops = std::make_shared<Hops>();
  auto holder = PinMedia(*services.resources, *request, record.caller, services.clock->Wall());
  if (!holder) return Refuse(dialect, holder.error(), record, config);
  context->only = *std::move(holder);
  if (LinksMedia(*request)) {
    auto inlined = InlineMedia(*services.media_transport, ReadersOf(*context, *targets),
                               BudgetOf(config.proxy), *http.client, *request);
    if (!inlined) return Refuse(dialect, inlined.error(), record, config);
  }
  if (request->sampling.max_tokens == 0) {
    return CountOnly(*context, *request, targets->front(), dialect, std::move(record));
  }

  const auto shared = std::make_shared<const chat::Request>(*std::move(request));
  auto opened = OpenCalls(context, shared, *targets, record);
  if (!opened) return refuse(opened.error());

  auto answer = std::unique_ptr<Answer>(new Answer{std::move(record), settings, shared,
                                                   Stack(*std::move(opened), *context, *shared)});
  return shared->stream ? StreamReply(std::move(answer), dialect, services, *http.client)
                        : WholeReply(std::move(answer), dialect, *services.clock, *http.client);
}

}  // namespace agm::gateway
