#include "core/accounts/account_state.h"

namespace agm::accounts {

std::string_view NameOf(AccountState state) {
  switch (state) {
    case AccountState::kReady:
      return "ready";
    case AccountState::kCooling:
      return "cooling";
    case AccountState::kDisabled:
      return "disabled";
    case AccountState::kQuarantined:
      return "quarantined";
    case AccountState::kUnknown:
      break;
  }
  return "unknown";
}

AccountState ReadAccountState(std::string_view name) {
  for (const AccountState state : kAccountStates) {
    if (NameOf(state) == name) return state;
  }
  return AccountState::kUnknown;
}

}  // namespace agm::accounts
