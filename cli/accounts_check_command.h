#pragma once

#include <string>
#include <vector>

#include "cli/command.h"

namespace agm::cli {

struct AccountsCheckOptions {
  std::vector<std::string> names;  ///< empty: all accounts
};

/// `agm accounts check [NAME...]`: tries each account's credential upstream.
Result<void> RunAccountsCheck(const Context& context, const AccountsCheckOptions& options);
void AddAccountsCheck(Commands at, Run<AccountsCheckOptions> run = RunAccountsCheck);

}  // namespace agm::cli
