#pragma once

#include "cli/command.h"

namespace agm::cli {

struct AccountsListOptions {
  bool watch = false;
  bool wide = false;  ///< all columns
  int repaints = -1;  ///< --watch ends after this many repaints; -1: never. No flag; for tests
};

/// `agm accounts list`: each account's state, from the running gateway if there is one.
Result<void> RunAccountsList(const Context& context, const AccountsListOptions& options);
void AddAccountsList(Commands at, Run<AccountsListOptions> run = RunAccountsList);

}  // namespace agm::cli
