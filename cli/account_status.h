#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/context.h"
#include "core/accounts/pool.h"
#include "core/base/json.h"
#include "core/base/result.h"

/// The accounts' states, for people and programs.
namespace agm::cli {

struct AccountStates {
  std::vector<accounts::AccountStatus> accounts;  ///< in the configuration's order
  bool live = false;  ///< from the running gateway; false: from the state folder
};

/// Asks the running gateway. If no gateway answers (or it refuses the key, which gives a warning),
/// uses the configuration and the state folder.
Result<AccountStates> LoadAccountStates(const Context& context, Duration timeout);

/// Ends all cooldowns and the quarantine of an account, in the running gateway and in the state
/// folder, because the user has fixed its problem. Prints nothing if no gateway runs. True if a
/// gateway answered.
bool Recover(const Context& context, const std::string& account);

/// Reads the accounts from the document of GET /agm/accounts.
Result<std::vector<accounts::AccountStatus>> ReadAccountStates(const Json& document);

/// "2026-11-21T12:00:00Z".
std::string WriteTime(WallTime time);
std::optional<WallTime> ReadTime(const std::string& text);

/// "in 3m20s (12:03:20)": a future time, for people; local time.
std::string WriteUntil(WallTime until, WallTime now);

/// "42s ago": a past time, for people.
std::string WriteSince(WallTime then, WallTime now);

/// The account's members in --json: the pool's state, then the configuration.
Json ToJson(const accounts::AccountStatus& status, const config::Account* account);

/// The names of the upstream quotas that the account's project has exceeded, each once.
std::vector<std::string> QuotaNames(const accounts::AccountStatus& status);

/// A form of the key that is safe to show: masked, or the reference to its source.
std::string ShownKey(const config::Account& account);

/// The enabled or disabled account other than `account` that has its key and address; null if there
/// is none, or if it has no key.
const config::Account* AccountWithKey(const config::Config& config, const config::Account& account);

/// `kind`, with a number if an account or one of `taken` is called so: "gemini-2".
std::string FreeAccountName(const config::Config& config, const std::vector<std::string>& taken,
                            std::string_view kind);

/// Finds an account by name; kNotFound with the nearest name.
Result<const config::Account*> FindAccount(const config::Config& config, const std::string& name);

}  // namespace agm::cli
