#include "core/telemetry/spans.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/base/utf8.h"
#include "core/base/version.h"
#include "core/telemetry/trace_context.h"

namespace agm::telemetry {
namespace {

using std::chrono::microseconds;

enum class SpanKind { kInternal = 1, kServer = 2, kClient = 3 };

constexpr int kStatusError = 2;

/// The frame of a span; its attributes are added afterwards.
Json SpanOf(const ledger::Entry& entry, std::string_view name, SpanKind kind,
            const std::string& parent, microseconds from, microseconds to) {
  Json span;
  span["traceId"] = entry.trace;
  span["spanId"] = NewSpanId();
  if (!parent.empty()) span["parentSpanId"] = parent;
  if (!entry.trace_state.empty()) span["traceState"] = ToUtf8(entry.trace_state);
  span["name"] = ToUtf8(name);
  span["kind"] = static_cast<int>(kind);
  span["startTimeUnixNano"] = UnixNano(entry.at, from);
  span["endTimeUnixNano"] = UnixNano(entry.at, to);
  span["attributes"] = Json::array();
  return span;
}

/// Adds attributes to a span; empty texts are left out.
class Attributes {
 public:
  explicit Attributes(Json& span) : all_(span["attributes"]) {}
  Attributes& Text(std::string_view name, std::string_view value) {
    if (!value.empty()) all_.push_back(Attribute(name, value));
    return *this;
  }
  template <class T>
  Attributes& Add(std::string_view name, T value) {
    all_.push_back(Attribute(name, value));
    return *this;
  }

 private:
  Json& all_;
};

void MarkFailed(Json& span, const ledger::Entry& entry) {
  Attributes(span).Text("error.type",
                        entry.error.empty() ? std::to_string(entry.status) : entry.error);
  span["status"] = {{"code", kStatusError}};
}

Json ServerSpan(const ledger::Entry& entry) {
  const std::string& where = entry.calls_model ? entry.path : entry.route;
  Json span = SpanOf(entry, entry.method + " " + where, SpanKind::kServer, entry.parent_span,
                     microseconds(0), entry.total);
  Attributes(span)
      .Text("http.request.method", entry.method)
      .Text("http.route", entry.route)
      .Text("url.path", entry.path)
      .Add("http.response.status_code", std::int64_t{entry.status})
      .Text("user_agent.original", entry.client)
      .Text("agm.request_id", entry.id)
      .Text("agm.caller", entry.caller)
      .Text("agm.phase", entry.phase)
      .Text("agm.ended_by", entry.ended_by);
  // A server's span is an error only if the server is to blame.
  if (entry.status >= 500 || (entry.status < 400 && entry.failed())) MarkFailed(span, entry);
  return span;
}

void AddUsage(Attributes& attributes, const ledger::Tokens& tokens, Conventions conventions) {
  if (!tokens.known) return;
  attributes.Add("gen_ai.usage.input_tokens", tokens.input)
      .Add("gen_ai.usage.output_tokens", tokens.output);
  if (conventions != Conventions::kGenAi01) return;
  attributes.Add("gen_ai.usage.cache_read.input_tokens", tokens.cached)
      .Add("gen_ai.usage.reasoning.output_tokens", tokens.thoughts);
}

Json ClientSpan(const ledger::Entry& entry, const std::string& parent, const Options& options) {
  const std::string_view operation = OperationOf(entry.route);
  const bool new_names = options.conventions == Conventions::kGenAi01;
  Json span = SpanOf(entry, std::string(operation) + " " + entry.model, SpanKind::kClient, parent,
                     microseconds(0), entry.total);
  if (!entry.call_span.empty()) span["spanId"] = entry.call_span;
  Attributes attributes(span);
  attributes.Text("gen_ai.operation.name", operation)
      .Text(new_names ? "gen_ai.provider.name" : "gen_ai.system", ProviderOf(entry, options))
      .Text("gen_ai.request.model", entry.model)
      .Text("gen_ai.conversation.id", entry.call.conversation)
      .Text("gen_ai.response.model", entry.failed() ? "" : entry.target)
      .Text("agm.account", entry.account)
      .Text("agm.mapped_from", entry.rule)
      .Add("agm.tries", std::int64_t{entry.tries});
  AddUsage(attributes, entry.tokens, options.conventions);
  if (new_names) {
    attributes.Add("gen_ai.request.stream", entry.stream)
        .Text("gen_ai.request.reasoning.level", entry.call.reasoning)
        .Text("gen_ai.request.previous_response.id", entry.call.previous_response);
  }
  if (new_names && entry.stream && entry.first_byte.count() >= 0) {
    attributes.Add("gen_ai.response.time_to_first_chunk",
                   std::chrono::duration<double>(entry.first_byte).count());
  }
  if (entry.failed()) MarkFailed(span, entry);
  return span;
}

void AddTries(std::vector<Json>& spans, const ledger::Entry& entry, const std::string& parent) {
  // The ledger keeps no history of a request whose only try was answered.
  std::vector<ledger::Try> tries = entry.history;
  if (tries.empty() && entry.tries == 1) {
    const auto took =
        std::chrono::duration_cast<Duration>(std::max(entry.upstream, microseconds(0)));
    tries.push_back({entry.account, entry.target, "ok", {}, entry.waited, took});
  }
  microseconds at{0};
  for (const ledger::Try& each : tries) {
    at += each.waited;
    Json span = SpanOf(entry, "try " + each.target, SpanKind::kInternal, parent, at,
                       at + microseconds(each.took));
    at += each.took;
    Attributes(span)
        .Text("agm.account", each.account)
        .Text("agm.trouble", each.outcome == "ok" ? "" : each.outcome)
        .Add("agm.rested_ms", std::int64_t{each.waited.count()});
    if (each.outcome != "ok") span["status"] = {{"code", kStatusError}};
    spans.push_back(std::move(span));
  }
}

}  // namespace

Json Attribute(std::string_view name, std::string_view value) {
  return {{"key", name}, {"value", {{"stringValue", ToUtf8(value)}}}};
}

Json Attribute(std::string_view name, std::int64_t value) {
  return {{"key", name}, {"value", {{"intValue", std::to_string(value)}}}};
}

Json Attribute(std::string_view name, double value) {
  return {{"key", name}, {"value", {{"doubleValue", value}}}};
}

Json Attribute(std::string_view name, bool value) {
  return {{"key", name}, {"value", {{"boolValue", value}}}};
}

std::string_view OperationOf(std::string_view route) {
  if (route == "completions") return "text_completion";
  if (route == "embeddings") return "embeddings";
  if (route == "chat_completions" || route == "messages" || route == "responses") return "chat";
  return "generate_content";
}

std::string ProviderOf(const ledger::Entry& entry, const Options& options) {
  const auto found = options.providers.find(entry.account);
  return found == options.providers.end() ? options.default_provider : found->second;
}

std::string UnixNano(WallTime at, microseconds later) {
  const std::chrono::nanoseconds since = at.time_since_epoch() + later;
  return std::to_string(since.count());
}

Json ResourceOf(const Options& options) {
  Json attributes = Json::array();
  attributes.push_back(Attribute("service.name", std::string_view(options.service_name)));
  attributes.push_back(Attribute("service.version", Version()));
  for (const auto& [name, value] : options.resource) {
    attributes.push_back(Attribute(name, std::string_view(value)));
  }
  return {{"attributes", std::move(attributes)}};
}

Json ScopeOf() { return {{"name", "agm"}, {"version", Version()}}; }

std::vector<Json> SpansOf(const ledger::Entry& entry, const Options& options) {
  std::vector<Json> spans;
  spans.push_back(ServerSpan(entry));
  if (!entry.calls_model) return spans;
  const std::string server = spans.front()["spanId"].get<std::string>();
  spans.push_back(ClientSpan(entry, server, options));
  if (options.tries) AddTries(spans, entry, spans.back()["spanId"].get<std::string>());
  return spans;
}

}  // namespace agm::telemetry
