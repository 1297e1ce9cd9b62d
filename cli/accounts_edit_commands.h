#pragma once

#include <string>
#include <vector>

#include "cli/command.h"

namespace agm::cli {

struct AccountsEditOptions {
  std::vector<std::string> names;
};

/// `agm accounts enable|disable|remove NAME...`: changes all the accounts, or none if a name does
/// not exist (kNotFound). An account that is enabled or disabled already is not a failure.
Result<void> RunAccountsEnable(const Context& context, const AccountsEditOptions& options);
Result<void> RunAccountsDisable(const Context& context, const AccountsEditOptions& options);
Result<void> RunAccountsRemove(const Context& context, const AccountsEditOptions& options);

void AddAccountsEnable(Commands at, Run<AccountsEditOptions> run = RunAccountsEnable);
void AddAccountsDisable(Commands at, Run<AccountsEditOptions> run = RunAccountsDisable);
void AddAccountsRemove(Commands at, Run<AccountsEditOptions> run = RunAccountsRemove);

}  // namespace agm::cli
