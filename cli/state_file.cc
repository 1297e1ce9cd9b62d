#include "cli/state_file.h"

namespace agm::cli {

std::unique_ptr<store::Database> OpenState(const Context& context) {
  const auto folder = context.StateFolder();
  return folder ? store::Database::Open(*folder) : store::Database::OpenInMemory();
}

}  // namespace agm::cli
