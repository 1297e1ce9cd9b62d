#include "core/gateway/rotation.h"

#include <algorithm>
#include <utility>

#include "core/base/random.h"

namespace agm::gateway {

Allowance::Allowance(const Asking& asking)
    : deadline(asking.services->clock->Now() + asking.proxy().request_timeout),
      left(std::max(1, asking.proxy().max_attempts)) {}

upstream::Limits Allowance::Limits(const Asking& asking) const {
  const config::Proxy& proxy = asking.proxy();
  return {proxy.connect_timeout, proxy.first_byte_timeout, proxy.idle_timeout, deadline,
          proxy.upstream_proxy};
}

void Allowance::NoteIn(Record& record) const {
  record.tries += tries;
  record.phase = phase;
  if (!account.empty()) record.account = account;
}

Result<accounts::Lease> Rotation::Take(const std::vector<std::string>& without, TimePoint until) {
  const bool under_way = !tried_.empty() && &without == &tried_;
  return asking_.services->pool->Take({model_, asking_.session, without, under_way}, until,
                                      *asking_.client);
}

// Waits a little, with full jitter; false when the time or the client is gone.
bool Rotation::Pause() {
  Clock& clock = *asking_.services->clock;
  const auto jitter = static_cast<Duration::rep>(900 * RandomFraction());
  const TimePoint end = std::min(allowance_.deadline, clock.Now() + Duration(100 + jitter));
  while (clock.Now() < end && !asking_.client->Cancelled()) {
    clock.Sleep(std::min(Left(clock.Now(), end), Duration(50)));
  }
  return !asking_.client->Cancelled() && clock.Now() < allowance_.deadline;
}

Result<accounts::Lease> Rotation::Choose() {
  Clock& clock = *asking_.services->clock;
  const bool first = last_ && tried_.empty();
  const auto patience = [&] {
    return std::min(clock.Now() + asking_.proxy().max_wait, allowance_.deadline);
  };
  // With cache_first the pool may wait for the conversation's own account, so the first time it
  // knows how long.
  auto fresh = Take(tried_, first ? patience() : clock.Now());
  if (fresh || first || !last_) return fresh;
  if (!second_chance_.empty() && !std::exchange(paused_, true)) {
    std::erase(spent_, second_chance_);
    if (!Pause()) return fresh;
  }
  return Take(spent_, patience());
}

std::optional<accounts::Lease> Rotation::Next() {
  if (allowance_.left <= 0) return std::nullopt;
  allowance_.phase = Phase::kWaiting;
  auto lease = Choose();
  if (!lease) {
    if (tried_.empty() || lease.error().retry_after_ms >= 0) allowance_.rest = lease.error();
    return std::nullopt;
  }
  allowance_.account = lease->account().Label();
  allowance_.phase = Phase::kUpstream;
  allowance_.left -= 1;
  allowance_.tries += 1;
  if (allowance_.tries > 1) asking_.services->metrics->Retried();
  return *std::move(lease);
}

Then Rotation::After(const std::string& account, const upstream::Failure& failure) {
  const upstream::TroubleRow& row = upstream::RowOf(failure.trouble);
  if (row.next == upstream::NextTry::kStop || asking_.client->Cancelled()) return Then::kStop;
  allowance_.last = failure.error;
  tried_.push_back(account);
  const bool rests = row.scope != upstream::RestScope::kNobody && row.strikes == 1;
  if (!rests) spent_.push_back(account);
  // What is the model's trouble is left to the next model of the chain; its own rest is the pause.
  const bool of_model = row.scope == upstream::RestScope::kModel;
  if (row.next == upstream::NextTry::kSpaced && !of_model) second_chance_ = account;
  return of_model && !last_ ? Then::kNextTarget : Then::kNextTry;
}

Error Final(const Asking& asking, const upstream::Failure& failure) {
  if (asking.client->Cancelled()) return Fail(ErrorCode::kCancelled, "the client went away");
  return failure.error;
}

Error Verdict(const Asking& asking, const Allowance& allowance, const std::string& target) {
  if (asking.client->Cancelled()) return Fail(ErrorCode::kCancelled, "the client went away");
  const std::optional<Error>& last = allowance.last;
  const bool passes = !last || last->code == ErrorCode::kRateLimited ||
                      last->code == ErrorCode::kQuotaExhausted ||
                      last->code == ErrorCode::kOverloaded || last->code == ErrorCode::kNoAccount;
  if (!passes) return *last;
  const auto free = asking.services->pool->Take({target, {}, {}, false},
                                                asking.services->clock->Now(), *asking.client);
  if (!free) return free.error();
  if (allowance.rest) return *allowance.rest;
  if (!last) return Fail(ErrorCode::kNoAccount, "no account could be tried");
  // The tries are used up, but an account is free: the client may come again at once.
  Error error = *last;
  error.retry_after_ms = 1000;
  return error;
}

}  // namespace agm::gateway
