#pragma once

#include <memory>
#include <optional>
#include <variant>

#include "core/chat/event_source.h"
#include "core/upstream/outgoing.h"
#include "core/upstream/sender.h"
#include "core/upstream/trouble.h"

namespace agm::upstream {

/// One chat request to one account; its events are pulled.
///
///   auto call = Call::Start({transport, limits, cancellation}, recipient, outgoing);
///   if (auto* failure = std::get_if<Failure>(&call)) return std::move(failure->error);
///   while (auto event = std::get<0>(call)->Next(until)) ...
///
/// Start returns after the head of a 2xx response has arrived, or with the Failure. A stream that
/// breaks off ends in Failed; failure() then has its meaning for the pool.
///
/// After a cancellation both return a Failure of kAborted with the error kCancelled, for which no
/// account is to blame. The cancellation, the provider and the account must outlive the call;
/// the other arguments need not.
///
/// Thread safety: one thread at a time.
class Call : public chat::EventSource {
 public:
  static std::variant<std::unique_ptr<Call>, Failure> Start(const Sender& sender,
                                                            const Recipient& recipient,
                                                            const Outgoing& outgoing);

  /// Set after a Failed event was returned.
  virtual const std::optional<Failure>& failure() const = 0;
};

}  // namespace agm::upstream
