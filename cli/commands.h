#pragma once

#include "cli/command.h"

namespace agm::cli {

/// Adds every command, in the order in which help shows them.
void AddCommands(Commands root);

}  // namespace agm::cli
