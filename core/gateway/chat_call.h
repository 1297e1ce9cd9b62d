#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "core/base/queue.h"
#include "core/base/result.h"
#include "core/chat/request.h"
#include "core/chat/splice.h"
#include "core/gateway/opened.h"
#include "core/gateway/rotation.h"
#include "core/protocol/gemini/request.h"
#include "core/upstream/call.h"

namespace agm::gateway {

/// A chat request as one target gets it.
struct Draft {
  protocol::GeminiWriteOptions options;
  upstream::Outgoing outgoing;
  int calls = 1;        ///< so many such calls make up the request's choices
  bool mended = false;  ///< written again after upstream refused it
};

/// Writes the request for a target. What the model cannot be told is logged under `id`.
Result<Draft> WriteDraft(const Asking& asking, const chat::Request& request,
                         const std::string& model, const std::string& id);

/// One call of a chat request to one target: leases an account, calls upstream, and goes on with
/// the next account until the first meaningful event is there. A request that upstream refuses for
/// something that we put into it is mended once.
///
/// Thread safety: one thread at a time; Open and Continue block.
class ChatCall {
 public:
  ChatCall(Asking asking, std::shared_ptr<const chat::Request> request, Draft draft, std::string id)
      : asking_(std::move(asking)),
        request_(std::move(request)),
        draft_(std::move(draft)),
        id_(std::move(id)) {}

  /// Nothing where another target should be asked; an error where that would not help.
  Result<std::optional<Opened>> Open(Allowance& allowance, bool last_target);
  /// The next hop of an answer that upstream broke off: tries of its own, the same deadline.
  Result<std::optional<Opened>> Continue(const std::string& token);

 private:
  std::variant<Opened, upstream::Failure> Once(accounts::Lease& lease, const Allowance& allowance);
  std::optional<upstream::Failure> Hold(upstream::Call& call, TimePoint deadline,
                                        Queue<chat::Event>& held) const;
  bool Mend(const upstream::Failure& failure);

  Asking asking_;
  std::shared_ptr<const chat::Request> request_;
  Draft draft_;
  std::string id_;        ///< of the request, for the log
  TimePoint deadline_{};  ///< of the whole answer, all hops
  bool retried_empty_ = false;
};

/// An opened call and all its hops, as one list of events.
///
/// Thread safety: one thread at a time.
class Strand {
 public:
  Strand(ChatCall call, Opened opened) : call_(std::move(call)), opened_(std::move(opened)) {}

  /// The next event; nothing if `until` passed before there was one, or with kNoWait where a next
  /// hop is due.
  std::optional<chat::Event> Next(TimePoint until);
  /// True while Next would return without a wait.
  bool held() const { return splice_.held() || (!splice_.token() && opened_.held()); }
  /// What to wait for, where nothing is held. Nobody can tell of a next hop.
  Awaited awaited() { return splice_.token() ? Awaited{} : opened_.awaited(); }

 private:
  void NextHop();

  ChatCall call_;
  Opened opened_;
  chat::Splice splice_;
};

}  // namespace agm::gateway
