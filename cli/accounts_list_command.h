#pragma once

#include "cli/command.h"

namespace agm::cli {

struct AccountsListOptions {
  bool watch = false;
  int repaints = -1;  ///< ends --watch after so many; -1: never. Not a flag; for tests
};

/// `agm accounts list`: what each account is doing, from the running gateway when one answers.
Result<void> RunAccountsList(const Context& context, const AccountsListOptions& options);
void AddAccountsList(Commands at, Run<AccountsListOptions> run = RunAccountsList);

}  // namespace agm::cli
