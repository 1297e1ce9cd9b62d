#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/base/result.h"
#include "core/chat/request.h"
#include "core/gateway/rotation.h"
#include "core/protocol/shared/repair.h"
#include "core/upstream/outgoing.h"
#include "core/upstream/provider.h"

namespace agm::gateway {

/// A chat request in the form of one kind of upstream.
struct Draft {
  std::shared_ptr<const chat::Request> request;
  upstream::Outgoing outgoing;
  bool repaired = false;  ///< rewritten after the upstream refused it
};

/// Writes the request for `model`. Logs what the upstream does not support.
Result<Draft> WriteDraft(const RequestContext& context, const upstream::Provider& provider,
                         std::shared_ptr<const chat::Request> request, const std::string& model,
                         protocol::Repair repair = protocol::Repair::kNone,
                         std::string_view refused_field = {});

/// A chat request for one target, written once for each kind of upstream that may serve it. Copies
/// share the texts.
///
/// Thread safety: one thread at a time.
class Drafts {
 public:
  /// Fails if no kind of upstream can be sent the request. If no account lists the target there is
  /// no draft; the pool then returns the error.
  static Result<Drafts> Write(const RequestContext& context,
                              const std::shared_ptr<const chat::Request>& request,
                              const std::string& target);

  /// Null if the request cannot be written for that kind of upstream.
  Draft* For(const upstream::Provider& provider);
  /// Drops what is written for other kinds.
  void KeepOnly(const upstream::Provider& provider);
  /// The size of the largest body.
  std::size_t bytes() const;
  /// Fields that the first kind of upstream does not support.
  std::vector<std::string> dropped() const;

 private:
  std::vector<std::pair<const upstream::Provider*, Draft>> drafts_;
};

/// The number of calls for all choices of a request, whatever account answers: 1, or one for each.
int CallsFor(const RequestContext& context, const chat::Request& request,
             const std::string& target);

}  // namespace agm::gateway
