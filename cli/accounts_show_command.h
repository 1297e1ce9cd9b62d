#pragma once

#include <string>

#include "cli/command.h"

namespace agm::cli {

struct AccountsShowOptions {
  std::string name;
};

/// `agm accounts show NAME`: everything about one account; the key is masked.
Result<void> RunAccountsShow(const Context& context, const AccountsShowOptions& options);
void AddAccountsShow(Commands at, Run<AccountsShowOptions> run = RunAccountsShow);

}  // namespace agm::cli
