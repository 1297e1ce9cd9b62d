#include "core/gateway/record.h"

#include <exception>
#include <utility>

#include "core/base/random.h"

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

/// Shortens names of clients and accounts, so that a log line stays bounded.
void AddIf(LogFields& fields, std::string_view key, std::string_view value,
           std::size_t longest = kLongestName) {
  if (value.size() > longest) {
    fields.Add(key, std::string(value.substr(0, longest)) + "...");
  } else if (!value.empty()) {
    fields.Add(key, value);
  }
}

}  // namespace

Record::Record(Clock& clock, Log& log, Metrics& metrics)
    : id("req_" + RandomId(24)),
      clock_(&clock),
      log_(&log),
      metrics_(&metrics),
      started_(clock.Now()),
      exceptions_(std::uncaught_exceptions()) {}

Record::Record(Record&& other) noexcept
    : id(std::move(other.id)),
      caller(std::move(other.caller)),
      from(std::move(other.from)),
      method(std::move(other.method)),
      path(std::move(other.path)),
      route(other.route),
      model(std::move(other.model)),
      target(std::move(other.target)),
      account(std::move(other.account)),
      tries(other.tries),
      status(other.status),
      phase(other.phase),
      end(other.end),
      error(other.error),
      why(std::move(other.why)),
      usage(other.usage),
      clock_(other.clock_),
      log_(std::exchange(other.log_, nullptr)),
      metrics_(other.metrics_),
      started_(other.started_),
      exceptions_(other.exceptions_),
      first_byte_(other.first_byte_) {}

Duration Record::Age() const {
  return std::chrono::duration_cast<Duration>(clock_->Now() - started_);
}

void Record::FirstByte() {
  if (first_byte_.count() < 0) first_byte_ = Age();
}

Record::~Record() {
  if (log_ == nullptr) return;
  if (std::uncaught_exceptions() > exceptions_) {
    status = 500;
    error = CodeName(ErrorCode::kInternal);
    why = "the gateway failed at this request; this is a bug";
  }
  const Duration age = Age();
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
  AddIf(fields, "error", error);
  AddIf(fields, "why", why, kLongestReason);
  if (first_byte_.count() >= 0) fields.Add("first_ms", first_byte_.count());
  fields.Add("ms", age.count());
  if (usage.known) fields.Add("in", usage.input).Add("out", usage.output);
  fields.Add("end", EndName(end)).Add("phase", PhaseName(phase));
  log_->Access(fields);
  metrics_->Count(
      {route, status, age, first_byte_, usage.input, usage.output, end == EndedBy::kClient});
}

void LogThrown(Log& log, const std::string& id, std::string_view what) {
  log.Write(LogLevel::kError, "a request failed by an exception, which is a bug",
            log.Fields().Add("id", id).Add("what", what));
}

}  // namespace agm::gateway
