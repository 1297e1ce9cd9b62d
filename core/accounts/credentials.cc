#include "core/accounts/credentials.h"

namespace agm::accounts {

Credentials::Credentials(upstream::Transport& transport, Clock& clock)
    : transport_(transport), clock_(clock) {}

std::variant<Secret, upstream::Failure> Credentials::For(const config::Account& account, TimePoint,
                                                         const Cancellation&) {
  static_cast<void>(transport_);
  static_cast<void>(clock_);
  if (!account.api_key.empty()) return account.api_key;
  // The mock takes any key, but like Google it wants one.
  if (account.kind == config::AccountKind::kMock) return Secret("mock");
  upstream::Failure failure;
  failure.trouble = upstream::Trouble::kUnauthenticated;
  failure.error = Fail(ErrorCode::kNoAccount, "the account has no credential");
  return failure;
}

}  // namespace agm::accounts
