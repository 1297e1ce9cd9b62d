#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/context.h"
#include "core/accounts/pool.h"
#include "core/base/json.h"
#include "core/base/result.h"

/// What the accounts are doing, as people and programs are told it.
namespace agm::cli {

struct AccountStates {
  std::vector<accounts::AccountStatus> accounts;  ///< in the configuration's order
  bool live = false;  ///< told by the running gateway; else made from the state folder
};

/// Asks the running gateway; where none answers (or it refuses the key, which is a warning), says
/// what the configuration and the state folder hold.
Result<AccountStates> LoadAccountStates(const Context& context, Duration timeout);

/// Lets an account start healthy, in the running gateway and in the next one: somebody has seen to
/// it. Says nothing where no gateway runs.
void Heal(const Context& context, const std::string& account);

/// The accounts in the document that GET /agm/accounts gives.
Result<std::vector<accounts::AccountStatus>> ReadAccountStates(const Json& document);

/// "2026-11-21T12:00:00Z".
std::string WriteTime(WallTime time);
std::optional<WallTime> ReadTime(const std::string& text);

/// "in 3m20s (12:03:20)": when something ends, for people; local time.
std::string WriteUntil(WallTime until, WallTime now);

/// "42s ago": how long something is past, for people.
std::string WriteSince(WallTime then, WallTime now);

/// Members that --json shows for an account; what the pool knows, then what the configuration says.
Json ToJson(const accounts::AccountStatus& status, const config::Account* account);

/// The quotas that the account's project ran into, by upstream's names, each once.
std::vector<std::string> QuotaNames(const accounts::AccountStatus& status);

/// The key as it may be shown: masked, or the reference to where it comes from.
std::string ShownKey(const config::Account& account);

/// The account of that name; kNotFound with the nearest name.
Result<const config::Account*> FindAccount(const config::Config& config, const std::string& name);

}  // namespace agm::cli
