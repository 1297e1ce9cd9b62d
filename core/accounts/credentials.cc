#include "core/accounts/credentials.h"

namespace agm::accounts {

Credentials::Credentials(upstream::Transport& transport, Clock& clock)
    : transport_(transport), clock_(clock) {}

std::variant<Secret, upstream::Failure> Credentials::For(const config::Account& account, TimePoint,
                                                         const Cancellation&) {
  static_cast<void>(transport_);
  static_cast<void>(clock_);
  if (!account.api_key.empty() || account.kind == config::AccountKind::kMock)
    return account.api_key;
  upstream::Failure failure;
  failure.trouble = upstream::Trouble::kUnauthenticated;
  failure.error = Fail(ErrorCode::kNoAccount, "the account has no credential");
  return failure;
}

}  // namespace agm::accounts
