#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/accounts/pool.h"
#include "core/base/cancellation.h"
#include "core/base/result.h"
#include "core/gateway/record.h"
#include "core/gateway/services.h"
#include "core/upstream/call.h"
#include "core/upstream/trouble.h"

namespace agm::gateway {

/// Who asks upstream, and by which settings. Cheap to copy; what it points to outlives the request.
struct Asking {
  Services* services = nullptr;
  std::shared_ptr<const Settings> settings;
  std::string session;
  const Cancellation* client = nullptr;

  const config::Proxy& proxy() const { return settings->config->proxy; }
};

/// What one upstream question may still spend, and what it has met so far, over all targets.
///
/// Thread safety: one thread at a time.
struct Allowance {
  explicit Allowance(const Asking& asking);

  TimePoint deadline;
  int left;               ///< tries
  int tries = 0;          ///< made
  std::string account{};  ///< label of the last account that was tried
  Phase phase = Phase::kWaiting;
  std::optional<Error> last{};  ///< what the last try failed with
  std::optional<Error> rest{};  ///< what the pool said when it had no account for the last target

  upstream::Limits Limits(const Asking& asking) const;
  void NoteIn(Record& record) const;
};

/// What a failed try means for the question.
enum class Then { kNextTry, kNextTarget, kStop };

/// The accounts that one question may try for one target, in the order that they are worth it:
///
///   Rotation rotation(asking, allowance, model, body.size(), last_target);
///   while (auto lease = rotation.Next()) {
///     ... ask upstream; a good answer ends the loop, a failure goes with its lease
///     const Then then = rotation.After(*std::move(lease), failure);
///     if (then == Then::kStop) return Final(asking, failure);   // the request is at fault
///     if (then == Then::kNextTarget) break;                     // the model is
///   }
///   // out of accounts or tries; the allowance knows why
///
/// Next gives an account that was not asked yet and is free. Where there is none and no other
/// target either: the one whose trouble may have passed, after a pause; else whichever wakes within
/// max_wait.
///
/// A prompt that is larger than what projects have of tokens a minute is refused wherever it is
/// sent. When a second project refuses one that may be, it is at fault: it goes no further, and
/// nobody rests for it.
///
/// Thread safety: one thread at a time; Next blocks.
class Rotation {
 public:
  Rotation(const Asking& asking, Allowance& allowance, std::string model, std::size_t request_bytes,
           bool last_target)
      : asking_(asking),
        allowance_(allowance),
        model_(std::move(model)),
        request_bytes_(request_bytes),
        last_(last_target) {}
  Rotation(const Rotation&) = delete;
  Rotation& operator=(const Rotation&) = delete;
  ~Rotation() { Settle(); }

  std::optional<accounts::Lease> Next();
  /// Reports the failure, and puts the final word for the client into it.
  Then After(accounts::Lease lease, upstream::Failure& failure);

 private:
  /// Refused for its tokens by one project: at fault is the request, or the project is used up.
  struct Suspicion {
    accounts::Lease lease;
    upstream::Failure failure;
  };

  bool IsAtFault(accounts::Lease lease, const upstream::Failure& failure);
  bool MayBeTooLarge(const upstream::Failure& failure) const;
  void Settle();
  Result<accounts::Lease> Choose();
  Result<accounts::Lease> Take(const std::vector<std::string>& without, TimePoint until);
  bool Pause();

  const Asking& asking_;
  Allowance& allowance_;
  const std::string model_;
  const std::size_t request_bytes_;
  const bool last_;                 ///< no other target is left: waiting makes sense
  std::vector<std::string> tried_;  ///< accounts that were asked
  std::vector<std::string> spent_;  ///< of these, those that failed but do not rest
  std::string second_chance_;       ///< of these, one that may be asked again after a pause
  bool paused_ = false;             ///< the one pause was taken
  std::map<upstream::Trouble, int> met_;
  std::optional<Suspicion> suspicion_;
};

/// Calls `send(secret)` with the account's credential. One that upstream no longer takes is
/// fetched anew, once. `send` gives a variant of what is wanted and a Failure, and so does this.
template <typename Send>
auto WithCredential(const Asking& asking, const config::Account& account, TimePoint deadline,
                    Send&& send) -> decltype(send(std::declval<const Secret&>())) {
  accounts::Credentials& credentials = *asking.services->credentials;
  for (bool again = true;; again = false) {
    auto credential = credentials.For(account, deadline, *asking.client);
    if (auto* failure = std::get_if<upstream::Failure>(&credential)) return std::move(*failure);
    const Secret& secret = std::get<Secret>(credential);
    auto outcome = send(secret);
    const auto* failure = std::get_if<upstream::Failure>(&outcome);
    const bool stale = failure != nullptr &&
                       failure->trouble == upstream::Trouble::kUnauthenticated && again &&
                       credentials.Refused(account, secret);
    if (!stale) return outcome;
  }
}

/// What the client is told of a failure that no other try would help.
Error Final(const Asking& asking, const upstream::Failure& failure);

/// What the client is told when all targets gave out. Trouble that passes is told as the pool sees
/// it: who rests, and when the first one wakes. All else is told as the last try found it.
Error Verdict(const Asking& asking, const Allowance& allowance, const std::string& target);

}  // namespace agm::gateway
