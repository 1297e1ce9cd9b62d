#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "core/base/queue.h"
#include "core/base/result.h"
#include "core/gateway/drafts.h"
#include "core/gateway/leased_call.h"
#include "core/gateway/rotation.h"
#include "core/upstream/call.h"

namespace agm::gateway {

/// One call of a chat request to one target: leases an account, calls the upstream, and continues
/// with the next account until an event commits the response. If the upstream refuses a part of the
/// request that can be written in another way (Failure::repair), the gateway repairs the request
/// once.
///
/// Thread safety: one thread at a time; Open and Continue block.
class ChatCall {
 public:
  ChatCall(std::shared_ptr<const RequestContext> context, std::string target, Drafts drafts)
      : context_(std::move(context)), target_(std::move(target)), drafts_(std::move(drafts)) {}

  /// nullopt if another target should be tried; an error if that would not help.
  Result<std::optional<LeasedCall>> Open(Allowance& allowance, bool last_target);
  /// Starts the next hop of an interrupted answer, with attempts of its own but the same deadline.
  Result<std::optional<LeasedCall>> Continue(const std::string& token);
  /// Of an opened call: Outgoing::family.
  const std::string& family() { return drafts_.For(*answers_)->outgoing.family; }

 private:
  std::variant<LeasedCall, upstream::Failure> Try(accounts::Lease& lease, const Draft& draft,
                                                  const Allowance& allowance);
  Result<bool> Repair(const upstream::Provider& provider, Draft& draft,
                      const upstream::Failure& failure);
  void NoteHop(Allowance allowance) const;
  void LogRepair(const upstream::Failure& failure) const;

  std::shared_ptr<const RequestContext> context_;
  std::string target_;
  Drafts drafts_;
  const upstream::Provider* answers_ = nullptr;  ///< the kind of upstream that answers
  TimePoint deadline_{};                         ///< of the whole answer with all hops
};

}  // namespace agm::gateway
