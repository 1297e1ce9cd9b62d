#pragma once

#include <variant>

#include "core/base/cancellation.h"
#include "core/base/clock.h"
#include "core/base/secret.h"
#include "core/config/config.h"
#include "core/upstream/transport.h"
#include "core/upstream/trouble.h"

namespace agm::accounts {

/// What an account shows upstream: its API key.
///
///   auto credential = credentials.For(lease.account(), deadline, cancellation);
///   if (auto* failure = std::get_if<upstream::Failure>(&credential)) lease.Report(*failure);
///
/// Thread safety: any thread.
class Credentials {
 public:
  Credentials(upstream::Transport& transport, Clock& clock);

  std::variant<Secret, upstream::Failure> For(const config::Account& account, TimePoint deadline,
                                              const Cancellation& cancellation);

 private:
  upstream::Transport& transport_;
  Clock& clock_;
};

}  // namespace agm::accounts
