#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/command.h"
#include "core/keys/draft.h"
#include "core/ledger/totals.h"

/// The code that the commands of `agm keys` share.
namespace agm::cli {

/// Adds the options that describe a key: models, scopes, limits, budgets, expiry.
void AddKeyOptions(CommandHandle command, keys::Draft& draft);

/// Finds a key by name; kNotFound with the nearest name.
Result<const config::ClientKey*> FindKey(const config::Config& config, const std::string& name);

/// Edits the configuration; with `dry_run` it only prints what would be written.
Result<void> EditKeys(const Context& context, const std::vector<config::Change>& changes,
                      bool dry_run);

/// The sums of the request log since a time; empty if nothing was logged yet.
Result<ledger::Totals> LoggedSince(const Context& context, WallTime since);

/// "ready", "disabled" or "expired".
std::string KeyState(const config::Config& config, const config::ClientKey& key, WallTime now);

/// The fields of a key in `--json`, without digests.
Json ToJson(const config::ClientKey& key);

}  // namespace agm::cli
