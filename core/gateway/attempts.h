#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/queue.h"
#include "core/base/result.h"
#include "core/chat/event.h"
#include "core/chat/merge.h"
#include "core/chat/request.h"
#include "core/chat/thought_filter.h"
#include "core/gateway/chat_call.h"
#include "core/gateway/record.h"
#include "core/gateway/rotation.h"
#include "core/gateway/signatures.h"

namespace agm::gateway {

/// The answer to a request: one upstream call, or one for each choice and prompt if the model
/// returns only one at a time. The calls are pulled one after the other, while the upstream works
/// on all of them. Destroying the answer closes the upstream connections and returns the leases.
///
/// Thread safety: one thread at a time.
class Answer {
 public:
  Answer(std::vector<ChoiceStream> streams, chat::CallPlan plan, SignatureKeeper keeper,
         chat::ThoughtFilter filter)
      : streams_(std::move(streams)),
        merge_(plan),
        keeper_(std::move(keeper)),
        filter_(std::move(filter)) {}

  /// The next event of the whole answer; nullopt if `until` passed before there was one.
  std::optional<chat::Event> Next(TimePoint until);
  /// True if Next would return without waiting.
  bool held() const { return !ready_.empty() || streams_[at_].held(); }
  /// The condition to wait for if held() is false.
  Awaited awaited() { return streams_[at_].awaited(); }

 private:
  std::optional<chat::Event> NextOfAll(TimePoint until);

  std::vector<ChoiceStream> streams_;  ///< never empty
  std::size_t at_ = 0;
  chat::Merge merge_;
  SignatureKeeper keeper_;
  chat::ThoughtFilter filter_;  ///< behind the keeper, which needs hidden thoughts too
  Queue<chat::Event> ready_;
};

/// Gets an answer for `request` from the targets in their order, so that the client never sees a
/// failure before the first meaningful event. It makes at most max_attempts attempts for each call
/// that the request needs; several calls run in parallel.
///
/// Fails with the client's error. Fills record.target, account, tries and phase.
///
/// Thread safety: any thread; blocks.
Result<Answer> GetAnswer(const RequestContext& context,
                         std::shared_ptr<const chat::Request> request,
                         const std::vector<std::string>& targets, Record& record);

}  // namespace agm::gateway
