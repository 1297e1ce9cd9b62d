#include "cli/commands.h"

#include "cli/models_command.h"

namespace agm::cli {

void AddCommands(Commands root) {
  AddModels(root);
}

}  // namespace agm::cli
