#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/base/queue.h"
#include "core/base/result.h"
#include "core/chat/request.h"
#include "core/chat/splice.h"
#include "core/gateway/leased_call.h"
#include "core/gateway/rotation.h"
#include "core/protocol/gemini/request.h"
#include "core/upstream/call.h"

namespace agm::gateway {

/// A chat request written for one target.
struct Draft {
  protocol::GeminiWriteOptions options;
  upstream::Outgoing outgoing;
  int calls = 1;                       ///< number of such calls that give all choices
  std::vector<std::string> dropped{};  ///< fields that the model does not support
  bool repaired = false;               ///< rewritten after the upstream refused it
};

/// Writes the request for a target. Logs under `id` what the model does not support.
Result<Draft> WriteDraft(const RequestContext& context, const chat::Request& request,
                         const std::string& model, const std::string& id);

/// One call of a chat request to one target: leases an account, calls the upstream, and continues
/// with the next account until an event commits the response. If the upstream refuses something
/// that the gateway can write otherwise (core/upstream/gemini/repair.h), the gateway repairs the request
/// once.
///
/// Thread safety: one thread at a time; Open and Continue block.
class ChatCall {
 public:
  ChatCall(RequestContext context, std::shared_ptr<const chat::Request> request, Draft draft,
           std::string id)
      : context_(std::move(context)),
        request_(std::move(request)),
        draft_(std::move(draft)),
        id_(std::move(id)) {}

  /// nullopt if another target should be tried; an error if that would not help.
  Result<std::optional<LeasedCall>> Open(Allowance& allowance, bool last_target);
  /// Starts the next hop of an interrupted answer, with attempts of its own but the same deadline.
  Result<std::optional<LeasedCall>> Continue(const std::string& token);

 private:
  std::variant<LeasedCall, upstream::Failure> Once(accounts::Lease& lease,
                                                   const Allowance& allowance);
  std::optional<upstream::Failure> Hold(upstream::Call& call, TimePoint deadline,
                                        Queue<chat::Event>& held) const;
  Result<bool> Repair(const upstream::Failure& failure);
  void LogRepair(const upstream::Failure& failure) const;

  RequestContext context_;
  std::shared_ptr<const chat::Request> request_;
  Draft draft_;
  std::string id_;        ///< request id for the log
  TimePoint deadline_{};  ///< of the whole answer with all hops
};

/// An opened call with all its hops, as one list of events.
///
/// Thread safety: one thread at a time.
class ChoiceStream {
 public:
  ChoiceStream(ChatCall call, LeasedCall opened)
      : call_(std::move(call)), opened_(std::move(opened)) {}

  /// The next event; nullopt if `until` passed before there was one, or if a next hop is needed and
  /// `until` is kNoWait.
  std::optional<chat::Event> Next(TimePoint until);
  /// True if Next would return without waiting.
  bool held() const { return splice_.held() || (!splice_.token() && opened_.held()); }
  /// The condition to wait for if held() is false. Starting a next hop needs a thread that may
  /// block.
  Awaited awaited() { return splice_.token() ? Awaited{} : opened_.awaited(); }

 private:
  void NextHop();

  ChatCall call_;
  LeasedCall opened_;
  chat::Splice splice_;
};

}  // namespace agm::gateway
