#pragma once

#include "cli/command.h"

namespace agm::cli {

/// Adds every command, in the order of the help text.
void AddCommands(Commands root);

}  // namespace agm::cli
