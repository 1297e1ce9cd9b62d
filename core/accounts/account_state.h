#pragma once

#include <array>
#include <string_view>

namespace agm::accounts {

/// The present ability of an account. An account that has a cooldown for single models is ready.
enum class AccountState {
  kReady,
  kCooling,      ///< in cooldown; ends by itself
  kDisabled,     ///< by the configuration, or because the configuration lacks its credential
  kQuarantined,  ///< until a person fixes the cause
  kUnknown       ///< the running gateway has not loaded the account yet
};

/// The states that a gateway reports, in the order of the metrics.
inline constexpr std::array kAccountStates = {AccountState::kReady, AccountState::kCooling,
                                              AccountState::kDisabled, AccountState::kQuarantined};

/// The state's word in JSON and in metrics: "ready", "cooling", "disabled", "quarantined",
/// "unknown".
std::string_view NameOf(AccountState state);
/// The state of that word; kUnknown for any other word.
AccountState ReadAccountState(std::string_view name);

}  // namespace agm::accounts
