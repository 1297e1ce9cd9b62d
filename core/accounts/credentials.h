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

/// The credential that a request sends upstream: the account's API key, or an access token for its
/// service account or OAuth client.
///
///   auto credential = credentials.For(lease.account(), deadline, cancellation);
///   if (auto* failure = std::get_if<upstream::Failure>(&credential)) lease.Report(*failure);
///
/// Each token is fetched once for all requests that wait for it, on a separate thread, so that a
/// client that disconnects does not cancel the fetch for the others. A token in use is renewed in
/// its last minutes, so that no request waits. A refused credential (invalid_grant) is a Failure
/// that quarantines the account.
///
/// Thread safety: any thread.
class Credentials {
 public:
  static constexpr const char* kTokenUrl = "https://oauth2.googleapis.com/token";

  Credentials(http::Transport& transport, Clock& clock, std::string token_url = kTokenUrl);
  ~Credentials();
  Credentials(const Credentials&) = delete;
  Credentials& operator=(const Credentials&) = delete;

  std::variant<Secret, upstream::Failure> For(const config::Account& account, TimePoint deadline,
                                              const Cancellation& cancellation);

  /// Starts to fetch the token that For would wait for; does not block.
  void Prepare(const config::Account& account);

  /// Reports that the upstream answered 401 to `credential`. True if the next call of For returns
  /// another one, so that the same account is worth one more attempt; false for an API key.
  bool Refused(const config::Account& account, const Secret& credential);

  /// Sets the proxy for token requests; empty: from the environment.
  void UseProxy(std::string proxy);

 private:
  class Tokens;
  std::unique_ptr<Tokens> tokens_;
};

}  // namespace agm::accounts
