#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/accounts/pool.h"
#include "core/base/result.h"
#include "core/chat/event.h"
#include "core/chat/request.h"
#include "core/gateway/record.h"
#include "core/gateway/services.h"
#include "core/upstream/call.h"

namespace agm::gateway {

/// An answer that has begun: its account, its upstream call, and the events that came before it was
/// sure that there is an answer. Dropping it closes the upstream connection and returns the lease.
///
/// Thread safety: one thread at a time.
class Answer {
 public:
  Answer(accounts::Lease lease, std::unique_ptr<upstream::Call> call,
         std::deque<chat::Event> held, TimePoint started, Clock& clock);

  /// The next event; nothing if `until` passed before there was one. Reports the lease's outcome
  /// when the answer is Finished or Failed.
  std::optional<chat::Event> Next(TimePoint until);
  /// True while Next would return without a wait.
  bool held() const { return !held_.empty(); }

 private:
  void Settle(const chat::Event& event);

  accounts::Lease lease_;
  std::unique_ptr<upstream::Call> call_;
  std::deque<chat::Event> held_;
  Duration first_byte_;
};

/// Gets an answer for `request` from one of the targets, in their order: leases an account, calls
/// upstream, and goes on with the next account or target until the first meaningful event is
/// there, so that no failure before it is ever seen by the client. At most max_attempts tries in
/// all; waits for a resting account only where no other target is left, and only up to max_wait.
///
/// Fails with the error that the client is to see. Fills record.target, account, tries and phase.
///
/// Thread safety: any thread; blocks.
Result<Answer> GetAnswer(Services& services, const Settings& settings, const chat::Request& request,
                         const std::vector<std::string>& targets, const std::string& session,
                         Record& record, const Cancellation& client);

}  // namespace agm::gateway
