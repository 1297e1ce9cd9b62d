#pragma once

#include <memory>
#include <string>
#include <variant>

#include "core/base/cancellation.h"
#include "core/base/clock.h"
#include "core/base/secret.h"
#include "core/config/config.h"
#include "core/http/client/transport.h"
#include "core/upstream/trouble.h"

namespace agm::accounts {

/// What an account shows upstream: its API key, or an access token of its service account or OAuth
/// client.
///
///   auto credential = credentials.For(lease.account(), deadline, cancellation);
///   if (auto* failure = std::get_if<upstream::Failure>(&credential)) lease.Report(*failure);
///
/// A token is fetched once for all who wait for it, on a thread of its own, so that a client that
/// leaves takes nothing from the others. In its last minutes it is renewed while it is still used,
/// so that nobody waits. A refused credential (invalid_grant) is a Failure that quarantines.
///
/// Thread safety: any thread.
class Credentials {
 public:
  static constexpr const char* kTokenUrl = "https://oauth2.googleapis.com/token";

  Credentials(upstream::Transport& transport, Clock& clock, std::string token_url = kTokenUrl);
  ~Credentials();
  Credentials(const Credentials&) = delete;
  Credentials& operator=(const Credentials&) = delete;

  std::variant<Secret, upstream::Failure> For(const config::Account& account, TimePoint deadline,
                                              const Cancellation& cancellation);

  /// Begins to fetch what For would have to wait for; does not wait itself.
  void Prepare(const config::Account& account);

  /// Upstream answered 401 to it. True if For will now come back with another one, so that the same
  /// account is worth one more try; a key stays what it is.
  bool Refused(const config::Account& account, const Secret& credential);

  /// The proxy for tokens from now on; empty: the environment's.
  void UseProxy(std::string proxy);

 private:
  class Tokens;
  std::unique_ptr<Tokens> tokens_;
};

}  // namespace agm::accounts
