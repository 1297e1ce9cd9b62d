// One request's tries, as a loop of small steps:
//
//   for each target: convert once, then
//     take an account ── none ──▶ next target
//     call upstream   ── good ──▶ the answer
//       │ failed: report it to the pool, then
//       ├─ the request is at fault ──▶ mend it once (signatures, schemas), else stop
//       ├─ the account or its project is ──▶ next account, at once
//       └─ the model or the network is ──▶ next account; where there is none, this one after a
//       pause

#include "core/gateway/attempts.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "core/base/random.h"
#include "core/gateway/catalog.h"
#include "core/protocol/gemini_request.h"

namespace agm::gateway {
namespace {

/// Whether the event is something that a client could be shown, so that there is an answer.
bool IsMeaningful(const chat::Event& event) {
  if (const auto* delta = std::get_if<chat::BlockDelta>(&event)) return !delta->text.empty();
  return std::holds_alternative<chat::BlockStopped>(event) ||
         std::holds_alternative<chat::Finished>(event);
}

/// A good end without a single block: upstreams do that now and then, and a second try mostly
/// helps.
bool IsEmptyAnswer(const std::deque<chat::Event>& held) {
  return std::holds_alternative<chat::Finished>(held.back()) &&
         std::none_of(held.begin(), held.end(), [](const chat::Event& event) {
           return std::holds_alternative<chat::BlockStarted>(event);
         });
}

/// The tries of one request over all its targets.
class Tries {
 public:
  Tries(Services& services, const Settings& settings, const chat::Request& request,
        const std::string& session, Record& record, const Cancellation& client)
      : services_(services),
        settings_(settings),
        request_(request),
        session_(session),
        record_(record),
        client_(client),
        deadline_(services.clock->Now() + settings.config->proxy.request_timeout),
        left_(std::max(1, settings.config->proxy.max_attempts)) {}

  /// One target, with as many accounts as it takes. Nothing where another target should be asked;
  /// an error where that would not help.
  Result<std::optional<Answer>> Target(const std::string& model, bool last);

  /// What the client is told when all targets gave out.
  Error Verdict() &&;

 private:
  /// What is known about one target so far.
  struct Round {
    std::string model;
    bool last = false;               ///< no other target is left: waiting makes sense
    std::vector<std::string> tried;  ///< accounts that were asked
    std::vector<std::string> spent;  ///< of these, those that failed but do not rest
    std::string second_chance;       ///< of these, one that may be asked again after a pause
    bool paused = false;             ///< the one pause was taken
  };

  /// A request as one target gets it.
  struct Draft {
    protocol::GeminiWriteOptions options;
    upstream::Outgoing outgoing;
    int calls = 1;
    bool mended = false;
  };

  Result<accounts::Lease> NextLease(Round& round);
  void Note(Round& round, const std::string& account, const upstream::Failure& failure);
  Result<std::optional<Opened>> OneCall(Round& round, Draft& draft);
  std::variant<Opened, upstream::Failure> Once(accounts::Lease lease,
                                               const upstream::Outgoing& outgoing);
  using Started = std::variant<std::unique_ptr<upstream::Call>, upstream::Failure>;
  Started Start(const config::Account& account, const upstream::Outgoing& outgoing);
  Result<Draft> Write(const std::string& model, const protocol::GeminiWriteOptions& options);
  bool Mend(Draft& draft, const upstream::Failure& failure);
  std::optional<upstream::Failure> Hold(upstream::Call& call, std::deque<chat::Event>& held);
  upstream::Limits CallLimits() const;
  bool Pause();

  Services& services_;
  const Settings& settings_;
  const chat::Request& request_;
  const std::string& session_;
  Record& record_;
  const Cancellation& client_;
  TimePoint deadline_;
  int left_;
  bool retried_empty_ = false;
  std::optional<Error> last_;  ///< what the last try failed with
  std::optional<Error> rest_;  ///< what the pool said when it had no account for the last target
};

upstream::Limits Tries::CallLimits() const {
  const config::Proxy& proxy = settings_.config->proxy;
  return {proxy.connect_timeout, proxy.first_byte_timeout, proxy.idle_timeout, deadline_,
          proxy.upstream_proxy};
}

// Pulls events until there is something to show; the failure if there will be nothing.
std::optional<upstream::Failure> Tries::Hold(upstream::Call& call, std::deque<chat::Event>& held) {
  for (;;) {
    auto event = call.Next(deadline_);
    if (!event) {
      return upstream::ClassifyTransport(Fail(
          ErrorCode::kTimeout, "the upstream sent nothing before the request's time was over"));
    }
    if (const auto* failed = std::get_if<chat::Failed>(&*event)) {
      return call.failure() ? *call.failure() : upstream::ClassifyTransport(failed->error);
    }
    held.push_back(*std::move(event));
    if (IsMeaningful(held.back())) return std::nullopt;
  }
}

// Sends the request. A token that upstream no longer takes is fetched anew, once.
Tries::Started Tries::Start(const config::Account& account, const upstream::Outgoing& outgoing) {
  for (bool again = true;; again = false) {
    auto credential = services_.credentials->For(account, deadline_, client_);
    if (auto* failure = std::get_if<upstream::Failure>(&credential)) return std::move(*failure);
    const Secret& secret = std::get<Secret>(credential);
    auto opened = upstream::Call::Start(*services_.transport, account, secret, outgoing,
                                        CallLimits(), client_);
    const auto* failure = std::get_if<upstream::Failure>(&opened);
    const bool stale = failure != nullptr &&
                       failure->trouble == upstream::Trouble::kUnauthenticated && again &&
                       services_.credentials->Refused(account, secret);
    if (!stale) return opened;
  }
}

std::variant<Opened, upstream::Failure> Tries::Once(accounts::Lease lease,
                                                    const upstream::Outgoing& outgoing) {
  record_.account = lease.account().Label();
  record_.phase = Phase::kUpstream;
  record_.tries += 1;
  left_ -= 1;
  if (record_.tries > 1) services_.metrics->Retried();
  const TimePoint started = services_.clock->Now();
  auto opened = Start(lease.account(), outgoing);
  if (auto* failure = std::get_if<upstream::Failure>(&opened)) {
    lease.Report(*failure);
    return std::move(*failure);
  }
  auto call = std::get<std::unique_ptr<upstream::Call>>(std::move(opened));
  std::deque<chat::Event> held;
  if (auto failure = Hold(*call, held)) {
    lease.Report(*failure);
    return *std::move(failure);
  }
  if (IsEmptyAnswer(held) && !std::exchange(retried_empty_, true) && left_ > 0) {
    // The lease goes back without a word: the account did what it could.
    return upstream::GarbageFailure("nothing");
  }
  return Opened(std::move(lease), std::move(call), std::move(held), started, *services_.clock);
}

// Waits a little, with full jitter; false when the time or the client is gone.
bool Tries::Pause() {
  const TimePoint now = services_.clock->Now();
  const auto jitter = static_cast<Duration::rep>(900 * RandomFraction());
  const TimePoint end = std::min(deadline_, now + Duration(100 + jitter));
  while (services_.clock->Now() < end && !client_.Cancelled()) {
    services_.clock->Sleep(std::min(Left(services_.clock->Now(), end), Duration(50)));
  }
  return !client_.Cancelled() && services_.clock->Now() < deadline_;
}

// An account that was not asked yet and is free now; where there is none and no other target
// either: the one whose trouble may have passed, after a pause; else whichever wakes in time.
Result<accounts::Lease> Tries::NextLease(Round& round) {
  record_.phase = Phase::kWaiting;
  const auto take = [&](const std::vector<std::string>& without, TimePoint until) {
    const bool under_way = !round.tried.empty() && &without == &round.tried;
    return services_.pool->Take({round.model, session_, without, under_way}, until, client_);
  };
  const bool first = round.last && round.tried.empty();
  const auto patience = [&] {
    return std::min(services_.clock->Now() + settings_.config->proxy.max_wait, deadline_);
  };
  // With cache_first the pool may wait for the conversation's own account, so the first time it
  // knows how long.
  auto fresh = take(round.tried, first ? patience() : services_.clock->Now());
  if (fresh || first || !round.last) return fresh;
  if (!round.second_chance.empty() && !std::exchange(round.paused, true)) {
    std::erase(round.spent, round.second_chance);
    if (!Pause()) return fresh;
  }
  return take(round.spent, patience());
}

void Tries::Note(Round& round, const std::string& account, const upstream::Failure& failure) {
  last_ = failure.error;
  const upstream::TroubleRow& row = upstream::RowOf(failure.trouble);
  round.tried.push_back(account);
  const bool rests = row.scope != upstream::RestScope::kNobody && row.strikes == 1;
  if (!rests) round.spent.push_back(account);
  if (row.next == upstream::NextTry::kSpaced) round.second_chance = account;
}

Result<Tries::Draft> Tries::Write(const std::string& model,
                                  const protocol::GeminiWriteOptions& options) {
  auto written =
      protocol::WriteGeminiRequest(request_, services_.catalog->TraitsOf(model), options);
  if (!written) return std::move(written).error();
  for (const std::string& lost : written->dropped) {
    services_.log->Write(LogLevel::kDebug, "not sent on",
                         services_.log->Fields().Add("id", record_.id).Add("field", lost));
  }
  upstream::Outgoing outgoing{
      model, request_.stream, std::move(written->body), std::move(written->reading), {}};
  return Draft{options, std::move(outgoing), written->calls, false};
}

// What upstream refused may be ours: a signature that it does not know, a schema that it does not
// take. Written again without it, once.
bool Tries::Mend(Draft& draft, const upstream::Failure& failure) {
  if (draft.mended || failure.trouble != upstream::Trouble::kBadRequest) return false;
  protocol::GeminiWriteOptions options = draft.options;
  const std::string& reason = failure.error.reason;
  if (reason == "invalid_thought_signature" || reason == "missing_thought_signature") {
    options.replace_signatures = true;
  } else if (reason == "invalid_schema") {
    options.lower_schemas = true;
  } else {
    return false;
  }
  auto again = Write(draft.outgoing.model, options);
  if (!again) return false;
  draft = *std::move(again);
  draft.mended = true;
  return true;
}

// One upstream call with as many accounts as it takes; nothing where none could serve.
Result<std::optional<Opened>> Tries::OneCall(Round& round, Draft& draft) {
  while (left_ > 0) {
    auto lease = NextLease(round);
    if (!lease) {
      if (round.tried.empty() || lease.error().retry_after_ms >= 0) rest_ = lease.error();
      return std::optional<Opened>();
    }
    const std::string account = lease->account().name;
    auto outcome = Once(*std::move(lease), draft.outgoing);
    if (auto* opened = std::get_if<Opened>(&outcome)) return std::optional(std::move(*opened));
    const auto& failure = std::get<upstream::Failure>(outcome);
    if (client_.Cancelled()) return Fail(ErrorCode::kCancelled, "the client went away");
    if (Mend(draft, failure)) continue;
    if (upstream::RowOf(failure.trouble).next == upstream::NextTry::kStop) return failure.error;
    Note(round, account, failure);
    // What is the model's trouble is left to the next model of the chain.
    const bool of_model = upstream::RowOf(failure.trouble).scope == upstream::RestScope::kModel;
    if (of_model && !round.last) return std::optional<Opened>();
  }
  return std::optional<Opened>();
}

Result<std::optional<Answer>> Tries::Target(const std::string& model, bool last) {
  record_.target = model;
  record_.phase = Phase::kConvert;
  protocol::GeminiWriteOptions options;
  options.signatures = [this](std::string_view call, std::string_view family) {
    return services_.signatures->Find(call, family);
  };
  auto draft = Write(model, options);
  if (!draft) return std::move(draft).error();
  std::vector<Opened> calls;
  for (int call = 0; call < draft->calls; ++call) {
    // Each call of a request has the tries of a request; a target that fails one fails.
    if (call > 0) left_ = std::max(1, settings_.config->proxy.max_attempts);
    Round round{model, last, {}, {}, {}, false};
    auto opened = OneCall(round, *draft);
    if (!opened) return std::move(opened).error();
    if (!*opened) return std::optional<Answer>();
    calls.push_back(**std::move(opened));
  }
  SignatureKeeper keeper(*services_.signatures, services_.catalog->TraitsOf(model).family);
  return std::optional(Answer(std::move(calls), std::move(keeper)));
}

// Trouble that passes is told as the pool sees it: who rests, and when the first one wakes. All
// else is told as the last try found it.
Error Tries::Verdict() && {
  if (client_.Cancelled()) return Fail(ErrorCode::kCancelled, "the client went away");
  const bool passes = !last_ || last_->code == ErrorCode::kRateLimited ||
                      last_->code == ErrorCode::kQuotaExhausted ||
                      last_->code == ErrorCode::kOverloaded || last_->code == ErrorCode::kNoAccount;
  if (!passes) return *std::move(last_);
  const auto free =
      services_.pool->Take({record_.target, {}, {}, false}, services_.clock->Now(), client_);
  if (!free) return free.error();
  if (rest_) return *std::move(rest_);
  if (!last_) return Fail(ErrorCode::kNoAccount, "no account could be tried");
  // The tries are used up, but an account is free: the client may come again at once.
  last_->retry_after_ms = 1000;
  return *std::move(last_);
}

}  // namespace

Result<Answer> GetAnswer(Services& services, const Settings& settings, const chat::Request& request,
                         const std::vector<std::string>& targets, const std::string& session,
                         Record& record, const Cancellation& client) {
  Tries tries(services, settings, request, session, record, client);
  for (std::size_t i = 0; i < targets.size(); ++i) {
    auto answer = tries.Target(targets[i], i + 1 == targets.size());
    if (!answer) return std::move(answer).error();
    if (*answer) return **std::move(answer);
  }
  return std::move(tries).Verdict();
}

}  // namespace agm::gateway
