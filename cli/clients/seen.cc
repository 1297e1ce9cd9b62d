#include "cli/clients/seen.h"

#include "cli/clients/recipes.h"
#include "cli/log_reader.h"
#include "core/ledger/requests.h"

namespace agm::cli {

std::map<std::string_view, WallTime> LastSeen(const Context& context) {
  constexpr Duration kPatience{2'000};
  std::map<std::string_view, WallTime> seen;
  const auto path = RequestLogPath(context);
  if (!path) return seen;
  auto connection = store::Connection::OpenToRead(*path, kPatience);
  if (!connection) return seen;
  for (const Recipe& recipe : Recipes()) {
    if (recipe.agent.empty()) continue;
    ledger::Filter filter;
    filter.client = recipe.agent;
    filter.limit = 1;
    const auto newest = ledger::ReadRequests(*connection, filter);
    if (newest && !newest->empty()) seen.emplace(recipe.name, newest->front().entry.at);
  }
  return seen;
}

}  // namespace agm::cli
