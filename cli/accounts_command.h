#pragma once

#include "cli/command.h"

namespace agm::cli {

/// `agm accounts` and all below it.
void AddAccounts(Commands at);

}  // namespace agm::cli
