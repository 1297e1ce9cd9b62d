#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/accounts/pool.h"
#include "core/base/cancellation.h"
#include "core/base/result.h"
#include "core/gateway/early_lease.h"
#include "core/gateway/record.h"
#include "core/gateway/services.h"
#include "core/ledger/entry.h"
#include "core/upstream/provider.h"
#include "core/upstream/sender.h"
#include "core/upstream/trouble.h"

namespace agm::gateway {

/// The context of a request to the upstream. Cheap to copy; its pointers outlive the request.
struct RequestContext {
  Services* services = nullptr;
  std::shared_ptr<const Settings> settings;
  std::string session;
  const Cancellation* client = nullptr;
  std::string id{};      ///< the request's, for the log
  std::string caller{};  ///< the client key's name
  /// Records the calls; null: they are not recorded.
  std::shared_ptr<http::Transport> taped{};
  /// The kind of call, by the name of the Gemini API's method. Refusals notes with it which calls
  /// of a model an account cannot make.
  std::string_view method = "generateContent";
  std::shared_ptr<Hops> hops{};         ///< notes the hops of a long answer
  std::shared_ptr<EarlyLease> early{};  ///< given at the admission; mostly null
  std::string only{};                   ///< the one account that can serve it, by name; empty: any
  std::vector<http::Header> headers{};  ///< that upstream requests carry besides their own

  http::Transport& transport() const { return taped ? *taped : *services->transport; }
  const upstream::Provider& ProviderOf(const config::Account& account) const {
    return services->providers->For(account.kind);
  }
  /// The providers of the accounts that list the target, each once.
  std::vector<const upstream::Provider*> ProvidersOf(const std::string& target) const;
  const config::Proxy& proxy() const { return settings->config->proxy; }
};

/// The attempts and the time that one call of a request has left, and its results so far, over all
/// of its targets.
///
/// Thread safety: one thread at a time.
struct Allowance {
  explicit Allowance(const RequestContext& context);

  TimePoint deadline;
  int left;               ///< attempts left
  int tries = 0;          ///< attempts made
  std::string account{};  ///< label of the account tried last
  Phase phase = Phase::kWaiting;
  Duration waited{0};  ///< for accounts, over all attempts
  std::chrono::microseconds answered_after{
      -1};                     ///< of the attempt that was answered; negative: none
  std::string account_name{};  ///< of the account tried last
  ledger::Billing billing = ledger::Billing::kUnknown;
  std::vector<ledger::Try> history{};  ///< the attempts, once one has failed
  std::optional<Error> last{};         ///< the error of the last attempt
  std::optional<Error>
      unavailable{};               ///< the pool's error when it had no account for the last target
  int unserved = 0;                ///< attempts of accounts that turned out not to have the model
  bool no_answer_retried = false;  ///< the one retry after a response without an answer was made

  bool MayRetryNoAnswer() const { return !no_answer_retried && left > 0; }
  upstream::Sender Sender(const RequestContext& context) const;
  void NoteIn(Record& record) const;
};

/// How to continue after a failed attempt.
enum class NextStep { kNextTry, kNextTarget, kStop };

/// The accounts for one question to one target, in the order of the attempts:
///
///   Rotation rotation(context, allowance, model, body.size(), last_target);
///   while (auto lease = rotation.Next()) {
///     ... ask the upstream; on success leave the loop, else
///     const NextStep next = rotation.After(*std::move(lease), failure);
///     if (next == NextStep::kStop) return Final(context, failure);   // the request is invalid
///     if (next == NextStep::kNextTarget) break;                     // the model cannot serve it
///   }
///   // no account or attempt is left; the allowance has the reason
///
/// Next returns an account that is available and that this rotation has not tried yet. If the pool
/// has none, Next does one of these:
///  - After a response without an answer (upstream/no_answer.h), it returns the account that gave
///    the response once more.
///  - While other targets are left, it returns nothing, so that the caller tries the next target.
///  - For the last target, it waits up to proxy.max_wait for the first account whose cooldown ends.
///    If an account failed in a way that may pass within a second (NextTry::kSpaced), Next first
///    pauses once for up to a second, and then may return that account again.
///
/// Every project whose limit of tokens per minute is smaller than the prompt refuses the prompt. If
/// a second project refuses a prompt that may be too large, the rotation takes the prompt as the
/// cause: After returns kStop, and no account gets a cooldown.
///
/// Thread safety: one thread at a time; Next blocks.
class Rotation {
 public:
  Rotation(const RequestContext& context, Allowance& allowance, std::string model,
           std::size_t request_bytes, bool last_target)
      : context_(context),
        allowance_(allowance),
        model_(std::move(model)),
        request_bytes_(request_bytes),
        last_(last_target) {}
  Rotation(const Rotation&) = delete;
  Rotation& operator=(const Rotation&) = delete;
  ~Rotation() { Settle(); }

  std::optional<accounts::Lease> Next();
  /// Logs that the chosen account answers.
  void Answered();
  /// Notes a failed attempt in the request's history. After does so too.
  void Failed(const upstream::Failure& failure);
  /// Reports the failure, and sets the client's final error in it.
  NextStep After(accounts::Lease lease, upstream::Failure& failure);

 private:
  /// A refusal for tokens by one project: either the prompt is too large, or the quota is used up.
  struct Suspicion {
    accounts::Lease lease;
    upstream::Failure failure;
  };

  NextStep Judge(accounts::Lease lease, upstream::Failure& failure);
  NextStep AfterNoAnswer(upstream::NoAnswer kind);
  Duration Taken() const;
  bool IsAtFault(accounts::Lease lease, const upstream::Failure& failure);
  bool MayTryAnother(const std::string& account, const upstream::Failure& failure);
  bool MayBeTooLarge(const upstream::Failure& failure) const;
  void Settle();
  Result<accounts::Lease> Choose();
  Result<accounts::Lease> Take(const std::vector<std::string>& without, TimePoint until);
  bool Pause();

  const RequestContext& context_;
  Allowance& allowance_;
  const std::string model_;
  const std::size_t request_bytes_;
  const bool last_;                    ///< no other target is left, so waiting makes sense
  std::vector<std::string> tried_;     ///< accounts that were tried
  std::vector<std::string> spent_;     ///< tried accounts that failed but are not in cooldown
  std::string second_chance_;          ///< a spent account that may be tried again after a pause
  bool paused_ = false;                ///< the only pause was made
  bool same_account_will_do_ = false;  ///< a response without an answer is retried
  TimePoint asked_{};                  ///< when the pool was asked for the present account
  TimePoint began_{};                  ///< when the present attempt began
  bool noted_ = true;                  ///< the present attempt is in the history
  std::map<upstream::Trouble, int> met_;
  std::optional<Suspicion> suspicion_;
};

/// Calls `send(recipient)` with the account and its credential. If the upstream refuses the
/// credential, it is renewed once. `send` and this function return a variant of the result and a
/// Failure.
template <typename Send>
auto WithCredential(const RequestContext& context, const config::Account& account,
                    TimePoint deadline, Send&& send)
    -> decltype(send(std::declval<const upstream::Recipient&>())) {
  accounts::Credentials& credentials = *context.services->credentials;
  for (bool again = true;; again = false) {
    auto credential = credentials.For(account, deadline, *context.client);
    if (auto* failure = std::get_if<upstream::Failure>(&credential)) return std::move(*failure);
    const Secret& secret = std::get<Secret>(credential);
    auto outcome = send(upstream::Recipient{context.ProviderOf(account), account, secret});
    const auto* failure = std::get_if<upstream::Failure>(&outcome);
    const bool stale = failure != nullptr &&
                       failure->trouble == upstream::Trouble::kUnauthenticated && again &&
                       credentials.Refused(account, secret);
    if (!stale) return outcome;
  }
}

/// The client's error for a failure that no other attempt would fix.
Error Final(const RequestContext& context, const upstream::Failure& failure);

/// The client's error after all targets have failed. A temporary failure is described by the pool:
/// the number of accounts in cooldown and the end of the first cooldown. Others are the last
/// attempt's error.
Error Verdict(const RequestContext& context, const Allowance& allowance, const std::string& target);

}  // namespace agm::gateway
