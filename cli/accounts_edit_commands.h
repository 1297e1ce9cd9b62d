#pragma once

#include <string>

#include "cli/command.h"

namespace agm::cli {

struct AccountsEditOptions {
  std::string name;
};

/// `agm accounts enable|disable|remove NAME`. Fails with kNotFound if the account does not exist;
/// enabling an enabled account or disabling a disabled one changes nothing and succeeds.
Result<void> RunAccountsEnable(const Context& context, const AccountsEditOptions& options);
Result<void> RunAccountsDisable(const Context& context, const AccountsEditOptions& options);
Result<void> RunAccountsRemove(const Context& context, const AccountsEditOptions& options);

void AddAccountsEnable(Commands at, Run<AccountsEditOptions> run = RunAccountsEnable);
void AddAccountsDisable(Commands at, Run<AccountsEditOptions> run = RunAccountsDisable);
void AddAccountsRemove(Commands at, Run<AccountsEditOptions> run = RunAccountsRemove);

}  // namespace agm::cli
