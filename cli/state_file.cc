#include "cli/state_file.h"

#include "core/ledger/schema.h"

namespace agm::cli {

std::unique_ptr<store::Database> OpenState(const Context& context) {
  const auto folder = context.StateFolder();
  return folder ? store::Database::Open(*folder) : store::Database::OpenInMemory();
}

std::unique_ptr<store::Database> OpenRequestLog(const Context& context) {
  const auto folder = context.StateFolder();
  if (!folder) return store::Database::OpenInMemory(ledger::RequestsFile());
  return store::Database::Open(*folder, Duration(2000), ledger::RequestsFile());
}

}  // namespace agm::cli
