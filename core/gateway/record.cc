#include "core/gateway/record.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "core/ledger/price.h"
#include "core/ledger/request_id.h"

namespace agm::gateway {
namespace {

std::string_view PhaseName(Phase phase) {
  switch (phase) {
    case Phase::kRead:
      return "read";
    case Phase::kAuth:
      return "auth";
    case Phase::kConvert:
      return "convert";
    case Phase::kWaiting:
      return "waiting";
    case Phase::kUpstream:
      return "upstream";
    case Phase::kAnswer:
      return "answer";
    case Phase::kStream:
      return "stream";
    case Phase::kDone:
      return "done";
  }
  return "done";
}

std::string_view EndName(EndedBy end) {
  switch (end) {
    case EndedBy::kGateway:
      return "gateway";
    case EndedBy::kClient:
      return "client";
    case EndedBy::kUpstream:
      return "upstream";
  }
  return "gateway";
}

constexpr std::size_t kLongestName = 200;
constexpr std::size_t kLongestReason = 600;
constexpr std::size_t kLongestModel = 100;

/// Shortens names of clients and accounts, so that a log line stays bounded.
void AddIf(LogFields& fields, std::string_view key, std::string_view value,
           std::size_t longest = kLongestName) {
  if (value.size() > longest) {
    fields.Add(key, std::string(value.substr(0, longest)) + "...");
  } else if (!value.empty()) {
    fields.Add(key, value);
  }
}

std::string Cut(std::string text, std::size_t longest) {
  if (text.size() > longest) text.resize(longest);
  return text;
}

// Names of fields come from clients: bounded, and one line each.
std::vector<std::string> Lines(std::vector<std::string> names) {
  constexpr std::size_t kMost = 32;
  if (names.size() > kMost) names.resize(kMost);
  for (std::string& name : names) {
    name = Cut(std::move(name), kLongestModel);
    std::replace(name.begin(), name.end(), '\n', ' ');
  }
  return names;
}

}  // namespace

Record::Record(Clock& clock, Log& log, ledger::Journal& journal)
    : clock_(&clock),
      log_(&log),
      journal_(&journal),
      started_(clock.Now()),
      began_(clock.Wall()),
      exceptions_(std::uncaught_exceptions()) {
  id = ledger::NewRequestId(began_);
}

Duration Record::Age() const {
  return std::chrono::duration_cast<Duration>(clock_->Now() - started_);
}

void Record::FirstByte() {
  using std::chrono::microseconds;
  if (first_byte_.count() >= 0) return;
  first_byte_ = std::chrono::duration_cast<microseconds>(clock_->Now() - started_);
}

void Record::Chunk() {
  using std::chrono::microseconds;
  call.last_chunk = std::chrono::duration_cast<microseconds>(clock_->Now() - started_);
  if (call.chunks++ == 0) call.first_chunk = call.last_chunk;
}

std::vector<http::Header> Record::TraceHeaders() const {
  if (trace.call.empty()) return {};
  std::vector<http::Header> headers{{"traceparent", telemetry::WriteTraceParent(trace)}};
  if (!trace.state.empty()) headers.emplace_back("tracestate", trace.state);
  return headers;
}

void Record::ForgetTries() {
  tries = 0;
  waited = Duration{0};
  history.clear();
}

Record::~Record() {
  if (log_ == nullptr) return;
  if (std::uncaught_exceptions() > exceptions_) {
    status = 500;
    error = CodeName(ErrorCode::kInternal);
    why = "the gateway failed at this request; this is a bug";
  }
  const auto age = std::chrono::duration_cast<std::chrono::microseconds>(clock_->Now() - started_);
  WriteLine(age);
  AddEntry(age);
}

void Record::WriteLine(std::chrono::microseconds age) const {
  // An open page asks every few seconds.
  if (status < 400 && route.starts_with("page") && !log_->Wants(LogLevel::kDebug)) return;
  LogFields fields = log_->Fields();
  fields.Add("id", id);
  AddIf(fields, "caller", caller);
  AddIf(fields, "from", from);
  AddIf(fields, "method", method);
  AddIf(fields, "path", path);
  fields.Add("route", route);
  AddIf(fields, "model", model);
  AddIf(fields, "target", target);
  AddIf(fields, "account", account);
  if (tries > 0) fields.Add("tries", tries);
  fields.Add("status", status);
  AddIf(fields, "trace", trace.trace_id);
  AddIf(fields, "error", error);
  AddIf(fields, "why", why, kLongestReason);
  if (first_byte_.count() >= 0) fields.Add("first_ms", first_byte_.count() / 1000);
  fields.Add("ms", age.count() / 1000);
  if (usage.known) fields.Add("in", usage.input).Add("out", usage.output);
  fields.Add("end", EndName(end)).Add("phase", PhaseName(phase));
  log_->Access(fields);
}

// A stream that breaks off is never told its usage, but what it sent is not free.
ledger::Tokens Record::EstimatedTokens() const {
  ledger::Tokens tokens;
  tokens.input = prompt_tokens;
  tokens.output = sent.tokens();
  tokens.known = true;
  return tokens;
}

// A history with hops has their first try too, even if it was answered at once.
void Record::AddHops() {
  if (!hops) return;
  const std::vector<ledger::Try> later = hops->Copy();
  if (later.empty()) return;
  if (history.empty()) {
    history.push_back({account_name,
                       target,
                       "ok",
                       {},
                       waited,
                       std::chrono::duration_cast<Duration>(upstream_time)});
  }
  history.insert(history.end(), later.begin(), later.end());
  tries += static_cast<int>(later.size());
}

// Moves the facts into an entry; the record is not used afterwards.
void Record::AddEntry(std::chrono::microseconds age) {
  AddHops();
  ledger::Entry entry;
  entry.at = began_;
  entry.id = std::move(id);
  entry.route = route;
  entry.method = std::move(method);
  entry.path = Cut(std::move(path), kLongestName);
  entry.caller = std::move(caller);
  entry.client = std::move(client);
  entry.address = std::move(from);  // the journal drops it unless log.addresses is set
  entry.model = Cut(std::move(model), kLongestModel);
  entry.target = Cut(std::move(target), kLongestModel);
  entry.rule = Cut(std::move(rule), kLongestName);
  entry.tier = Cut(std::move(tier), kLongestName);
  entry.account = std::move(account_name);
  entry.error = error;
  entry.why = Cut(std::move(why), kLongestReason);
  entry.phase = PhaseName(phase);
  entry.ended_by = EndName(end);
  entry.trace = std::move(trace.trace_id);
  entry.parent_span = std::move(trace.parent);
  entry.trace_state = std::move(trace.state);
  entry.call_span = std::move(trace.call);
  entry.call = std::move(call);
  entry.sampled = trace.sampled;
  entry.status = status;
  entry.tries = tries;
  entry.stream = stream;
  entry.calls_model = calls_model;
  entry.is_probe = kind == RouteKind::kPage || (kind == RouteKind::kHealth && !entry.failed());
  entry.billing = billing;
  entry.waited = waited;
  entry.first_byte = first_byte_;
  entry.upstream = upstream_time;
  entry.total = age;
  entry.tokens = {usage.input,        usage.cached,       usage.output,
                  usage.thoughts,     usage.input_audio,  usage.input_image,
                  usage.output_audio, usage.output_image, usage.known};
  entry.dropped = Lines(std::move(dropped));
  entry.history = std::move(history);
  if (reservation) {
    const bool estimates = !entry.tokens.known && !sent.empty();
    if (estimates) entry.tokens = EstimatedTokens();
    ledger::SetCost(key->prices->rows(), entry);
    reservation.End(entry.tokens, entry.cost, clock_->Now());
    entry.held = std::make_shared<keys::Reservation>(std::move(reservation));
  }
  journal_->Add(std::move(entry));
}

void LogThrown(Log& log, const std::string& id, std::string_view what) {
  log.Write(LogLevel::kError, "a request failed by an exception, which is a bug",
            log.Fields().Add("id", id).Add("what", what));
}

}  // namespace agm::gateway
