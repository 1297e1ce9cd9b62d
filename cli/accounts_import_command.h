#pragma once

#include <string>

#include "cli/command.h"

namespace agm::cli {

struct AccountsImportOptions {
  std::string file;  ///< "-" or empty: standard input
  bool no_check = false;
};

/// `agm accounts import [FILE|-]`: adds an account for each line, which holds `KEY` or `NAME KEY`;
/// empty lines and lines that begin with # count for nothing. A key that an account or an earlier
/// line has is skipped. Each key is tried first, and one that the upstream refuses is not added.
/// The file gets all new accounts in one edit. kConfig for a line that is wrong (then nothing is
/// added), kUpstreamRejected if keys were refused.
Result<void> RunAccountsImport(const Context& context, const AccountsImportOptions& options);
void AddAccountsImport(Commands at, Run<AccountsImportOptions> run = RunAccountsImport);

}  // namespace agm::cli
