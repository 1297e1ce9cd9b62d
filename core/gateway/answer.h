#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "core/accounts/pool.h"
#include "core/base/clock.h"
#include "core/chat/event.h"
#include "core/chat/merge.h"
#include "core/gateway/signatures.h"
#include "core/upstream/call.h"

namespace agm::gateway {

/// One upstream call that has begun to answer: its account, and the events that came before it was
/// sure that there is an answer. Dropping it closes the upstream connection and returns the lease.
///
/// Thread safety: one thread at a time.
class Opened {
 public:
  Opened(accounts::Lease lease, std::unique_ptr<upstream::Call> call, std::deque<chat::Event> held,
         TimePoint started, Clock& clock);

  /// The next event; nothing if `until` passed before there was one. Reports the lease's outcome
  /// when the answer is Finished or Failed.
  std::optional<chat::Event> Next(TimePoint until);
  bool held() const { return !held_.empty(); }

 private:
  void Settle(const chat::Event& event);

  accounts::Lease lease_;
  std::unique_ptr<upstream::Call> call_;
  std::deque<chat::Event> held_;
  Duration first_byte_;
};

/// The answer to a request: one upstream call, or one for each choice where the model gives only
/// one at a time. The calls are pulled one after the other, while upstream works on all of them.
///
/// Thread safety: one thread at a time.
class Answer {
 public:
  Answer(std::vector<Opened> calls, SignatureKeeper keeper)
      : calls_(std::move(calls)),
        merge_({1, static_cast<int>(calls_.size()), 1}),
        keeper_(std::move(keeper)) {}

  /// The next event of the whole answer; nothing if `until` passed before there was one.
  std::optional<chat::Event> Next(TimePoint until);
  /// True while Next would return without a wait.
  bool held() const { return !ready_.empty() || (!calls_.empty() && calls_[at_].held()); }

 private:
  std::optional<chat::Event> NextOfAll(TimePoint until);

  std::vector<Opened> calls_;
  std::size_t at_ = 0;
  chat::Merge merge_;
  SignatureKeeper keeper_;
  std::deque<chat::Event> ready_;
};

}  // namespace agm::gateway
