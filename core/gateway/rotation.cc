#include "core/gateway/rotation.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "core/base/random.h"
#include "core/gateway/refusals.h"
#include "core/gateway/replies.h"
#include "core/upstream/no_answer.h"

namespace agm::gateway {

namespace {

/// The fields that each line about a try has; nothing where nobody wants to read them.
std::optional<LogFields> Traced(const RequestContext& context, const Allowance& allowance,
                                std::string_view model) {
  const Log& log = *context.services->log;
  if (!log.Wants(LogLevel::kDebug)) return std::nullopt;
  LogFields fields = log.Fields();
  fields.Add("id", context.id).Add("target", model);
  if (allowance.tries > 0) fields.Add("try", allowance.tries).Add("account", allowance.account);
  return fields;
}

void Trace(const RequestContext& context, std::string_view what,
           const std::optional<LogFields>& fields) {
  if (fields) context.services->log->Write(LogLevel::kDebug, what, *fields);
}

// More accounts than these are not tried for nothing.
constexpr int kMostUnserved = 8;

bool IsUnserved(upstream::Trouble trouble) {
  return trouble == upstream::Trouble::kUnknownModel || trouble == upstream::Trouble::kNotServed;
}

std::string_view StepName(NextStep step) {
  switch (step) {
    case NextStep::kNextTry:
      return "next account";
    case NextStep::kNextTarget:
      return "next target";
    case NextStep::kStop:
      return "stop";
  }
  return {};
}

// A first failure of the network starts no cooldown, so the client may retry soon.
Error Unreached(const Error& network) {
  Error error = Fail(ErrorCode::kOverloaded, "{}; try again in 1s", network.message);
  error.retry_after_ms = 1000;
  return error;
}

}  // namespace

std::vector<const upstream::Provider*> RequestContext::ProvidersOf(
    const std::string& target) const {
  std::vector<const upstream::Provider*> providers;
  for (const config::AccountKind kind : services->pool->KindsOf(target)) {
    const upstream::Provider* provider = &services->providers->For(kind);
    if (std::ranges::find(providers, provider) == providers.end()) providers.push_back(provider);
  }
  return providers;
}

Allowance::Allowance(const RequestContext& context)
    : deadline(context.services->clock->Now() + context.proxy().request_timeout),
      left(std::max(1, context.proxy().max_attempts)) {}

upstream::Sender Allowance::Sender(const RequestContext& context) const {
  const config::Proxy& proxy = context.proxy();
  return {context.transport(),
          {proxy.connect_timeout, proxy.first_byte_timeout, proxy.idle_timeout, deadline,
           proxy.upstream_proxy},
          *context.client,
          context.headers};
}

void Allowance::NoteIn(Record& record) const {
  record.tries += tries;
  record.phase = phase;
  if (!account.empty()) record.account = account;
  if (!account_name.empty()) record.account_name = account_name;
  record.billing = billing;
  record.waited += waited;
  if (answered_after.count() >= 0) record.upstream_time = answered_after;
  record.history.insert(record.history.end(), history.begin(), history.end());
}

// Prefers accounts that are not known to lack the model. Where those only cool down, the others are
// not tried instead.
Result<accounts::Lease> Rotation::Take(const std::vector<std::string>& without, TimePoint until) {
  if (context_.early) {
    if (auto lease = context_.early->Use(model_, context_.only, without)) return *std::move(lease);
  }
  if (!context_.only.empty()) {
    const bool spent = std::ranges::find(without, context_.only) != without.end();
    if (spent && allowance_.last) return *allowance_.last;
    return context_.services->pool->TakeOne(context_.only, model_, until, *context_.client);
  }
  const bool under_way = !tried_.empty() && &without == &tried_;
  const auto take = [&](const std::vector<std::string>& left_out) {
    return context_.services->pool->Take({model_, context_.session, left_out, under_way}, until,
                                         *context_.client);
  };
  auto lacking = context_.services->refusals->Of(model_, context_.method);
  if (lacking.empty()) return take(without);
  lacking.insert(lacking.end(), without.begin(), without.end());
  auto lease = take(lacking);
  return lease || lease.error().retry_after_ms >= 0 ? std::move(lease) : take(without);
}

// Waits briefly with full jitter; false if the deadline passed or the client disconnected.
bool Rotation::Pause() {
  Clock& clock = *context_.services->clock;
  const auto jitter = static_cast<Duration::rep>(900 * RandomFraction());
  const TimePoint end = std::min(allowance_.deadline, clock.Now() + Duration(100 + jitter));
  while (clock.Now() < end && !context_.client->Cancelled()) {
    clock.Sleep(std::min(Left(clock.Now(), end), Duration(50)));
  }
  return !context_.client->Cancelled() && clock.Now() < allowance_.deadline;
}

Result<accounts::Lease> Rotation::Choose() {
  Clock& clock = *context_.services->clock;
  const bool first = last_ && tried_.empty();
  const auto patience = [&] {
    return std::min(clock.Now() + context_.proxy().max_wait, allowance_.deadline);
  };
  // With cache_first the pool may wait for the conversation's own account, so the first attempt
  // passes the limit for that wait.
  auto fresh = Take(tried_, first ? patience() : clock.Now());
  if (fresh || first) return fresh;
  if (same_account_will_do_) return Take(spent_, clock.Now());
  if (!last_) return fresh;
  Settle();
  if (!second_chance_.empty() && !std::exchange(paused_, true)) {
    std::erase(spent_, second_chance_);
    if (!Pause()) return fresh;
  }
  return Take(spent_, patience());
}

std::optional<accounts::Lease> Rotation::Next() {
  if (allowance_.left <= 0) return std::nullopt;
  allowance_.phase = Phase::kWaiting;
  Clock& clock = *context_.services->clock;
  asked_ = clock.Now();
  auto lease = Choose();
  began_ = clock.Now();
  allowance_.waited += std::chrono::duration_cast<Duration>(began_ - asked_);
  if (!lease) {
    if (auto fields = Traced(context_, allowance_, model_)) {
      Trace(context_, "no account is left for the target",
            fields->Add("why", lease.error().message));
    }
    if (tried_.empty() || lease.error().retry_after_ms >= 0) allowance_.unavailable = lease.error();
    return std::nullopt;
  }
  allowance_.account = lease->account().Label();
  allowance_.account_name = lease->account().name;
  allowance_.billing = context_.services->billing->Of(lease->account());
  noted_ = false;
  allowance_.phase = Phase::kUpstream;
  allowance_.left -= 1;
  allowance_.tries += 1;
  if (allowance_.tries > 1) context_.services->metrics->Retried();
  Trace(context_, "an account is chosen", Traced(context_, allowance_, model_));
  return *std::move(lease);
}

// Assumes at least two bytes per token, which is nearly always true.
bool Rotation::MayBeTooLarge(const upstream::Failure& failure) const {
  using upstream::QuotaLimit;
  constexpr std::size_t kBytes = 2;
  return failure.trouble == upstream::Trouble::kMinuteQuota &&
         std::any_of(failure.limits.begin(), failure.limits.end(), [&](const QuotaLimit& told) {
           return told.of == QuotaLimit::Of::kTokens && told.per == QuotaLimit::Per::kMinute &&
                  request_bytes_ / kBytes >= static_cast<std::size_t>(told.limit);
         });
}

// Reports the failure, or keeps it for later. True if the request itself is too large; both leases
// are then returned without a report.
bool Rotation::IsAtFault(accounts::Lease lease, const upstream::Failure& failure) {
  if (!MayBeTooLarge(failure)) {
    lease.Report(failure);
    return false;
  }
  if (!suspicion_) {
    suspicion_.emplace(Suspicion{std::move(lease), failure});
    return false;
  }
  if (suspicion_->lease.project() == lease.project()) {
    lease.Report(failure);
    return false;
  }
  suspicion_.reset();
  return true;
}

// Only one project refused the prompt for its size, so the failure counts against that project.
void Rotation::Settle() {
  if (suspicion_) suspicion_->lease.Report(suspicion_->failure);
  suspicion_.reset();
}

// One retry, wherever the fault lies: the account that gave no answer may give one the next time.
NextStep Rotation::AfterNoAnswer(upstream::NoAnswer kind) {
  const bool retries = upstream::RowOf(kind).retry && !allowance_.no_answer_retried;
  if (!retries) return NextStep::kNextTarget;
  allowance_.no_answer_retried = true;
  same_account_will_do_ = true;
  return NextStep::kNextTry;
}

Duration Rotation::Taken() const {
  return std::chrono::duration_cast<Duration>(context_.services->clock->Now() - began_);
}

void Rotation::Failed(const upstream::Failure& failure) {
  if (std::exchange(noted_, true)) return;
  constexpr std::size_t kLongestReason = 300;
  const std::string& why = failure.said.empty() ? failure.error.message : failure.said;
  allowance_.history.push_back({allowance_.account_name, model_,
                                std::string(upstream::RowOf(failure.trouble).name),
                                why.substr(0, kLongestReason),
                                std::chrono::duration_cast<Duration>(began_ - asked_), Taken()});
}

void Rotation::Answered() {
  allowance_.answered_after = std::chrono::duration_cast<std::chrono::microseconds>(
      context_.services->clock->Now() - began_);
  if (!allowance_.history.empty() && !std::exchange(noted_, true)) {
    allowance_.history.push_back({allowance_.account_name,
                                  model_,
                                  "ok",
                                  {},
                                  std::chrono::duration_cast<Duration>(began_ - asked_),
                                  Taken()});
  }
  Trace(context_, "the upstream answers", Traced(context_, allowance_, model_));
}

NextStep Rotation::After(accounts::Lease lease, upstream::Failure& failure) {
  Failed(failure);
  context_.services->billing->Note(lease.account(), failure.quotas);
  const NextStep next = Judge(std::move(lease), failure);
  if (auto fields = Traced(context_, allowance_, model_)) {
    fields->Add("trouble", upstream::RowOf(failure.trouble).name);
    if (!failure.quotas.empty()) {
      fields->Add("quota", fmt::format("{}", fmt::join(failure.quotas, ",")));
    }
    fields->Add("why", failure.said.empty() ? failure.error.message : failure.said);
    Trace(context_, "a try failed", fields->Add("then", StepName(next)));
  }
  return next;
}

// An account that turns out not to have the model uses up no attempt: another one may have it. The
// refusal is remembered, unless the gateway did not ask because it cannot write such a request for
// the account's kind of upstream.
bool Rotation::MayTryAnother(const std::string& account, const upstream::Failure& failure) {
  if (!IsUnserved(failure.trouble)) return false;
  const bool remembered = failure.trouble == upstream::Trouble::kNotServed && !failure.said.empty();
  const bool news =
      !remembered || context_.services->refusals->Note(account, model_, context_.method);
  if (!news || allowance_.unserved++ >= kMostUnserved) return false;
  allowance_.left += 1;
  return true;
}

NextStep Rotation::Judge(accounts::Lease lease, upstream::Failure& failure) {
  const std::string account = lease.account().name;
  if (IsAtFault(std::move(lease), failure)) {
    failure.error = Fail(ErrorCode::kTooLarge,
                         "two projects refused the request for its number of tokens: it is larger "
                         "than what they have in a minute");
    return NextStep::kStop;
  }
  if (IsUnserved(failure.trouble)) {
    failure.error.message = fmt::format("the upstream does not serve the model \"{}\"", model_);
  }
  const upstream::TroubleRow& row = upstream::RowOf(failure.trouble);
  if (row.next == upstream::NextTry::kStop || context_.client->Cancelled()) return NextStep::kStop;
  allowance_.last = failure.error;
  tried_.push_back(account);
  if (failure.no_answer) return AfterNoAnswer(*failure.no_answer);
  const bool cools_down = row.scope != upstream::CooldownScope::kNobody && row.strikes == 1;
  if (!cools_down) spent_.push_back(account);
  if (MayTryAnother(account, failure)) return NextStep::kNextTry;
  // If the model is to blame, the next model of the chain is tried; the model's own cooldown is the
  // pause.
  const bool of_model = row.scope == upstream::CooldownScope::kModel;
  const bool enough = ++met_[failure.trouble] >= row.tries;
  if (row.next == upstream::NextTry::kSpaced && !of_model) second_chance_ = account;
  return enough || (of_model && !last_) ? NextStep::kNextTarget : NextStep::kNextTry;
}

Error Final(const RequestContext& context, const upstream::Failure& failure) {
  if (context.client->Cancelled()) return WhyCancelled(*context.client);
  return failure.error;
}

Error Verdict(const RequestContext& context, const Allowance& allowance,
              const std::string& target) {
  if (context.client->Cancelled()) return WhyCancelled(*context.client);
  const std::optional<Error>& last = allowance.last;
  const bool passes = !last || last->code == ErrorCode::kRateLimited ||
                      last->code == ErrorCode::kQuotaExhausted ||
                      last->code == ErrorCode::kOverloaded || last->code == ErrorCode::kNoAccount;
  const bool unreached =
      last && last->code == ErrorCode::kUpstreamUnavailable && last->reason.empty();
  if (!passes && !unreached) return *last;
  auto nobody = context.only.empty() ? context.services->pool->WhyNobody(target)
                                     : context.services->pool->WhyNot(context.only, target);
  if (nobody) return *std::move(nobody);
  if (allowance.unavailable) return *allowance.unavailable;
  if (unreached) return Unreached(*last);
  // The attempts are used up, but an account is available: the client may retry at once.
  Error error =
      last && last->code != ErrorCode::kNoAccount
          ? *last
          : Fail(ErrorCode::kOverloaded, "the accounts that were tried cannot serve this");
  error.message += "; another account is available, try again in 1s";
  error.retry_after_ms = 1000;
  return error;
}

}  // namespace agm::gateway
