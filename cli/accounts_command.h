#pragma once

#include "cli/command.h"

namespace agm::cli {

/// `agm accounts` and its subcommands.
void AddAccounts(Commands at);

}  // namespace agm::cli
