#include "cli/cluster_totals.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "cli/cluster_server.h"
#include "core/gateway/shared_totals.h"

namespace agm::cli {
namespace {

using namespace std::chrono_literals;

constexpr Duration kKept = 24h * 36;

/// The requests for all days of the span that the server can have.
std::vector<cluster::Command> DaysOf(const ClusterServer& server, WallTime since, WallTime until,
                                     WallTime now) {
  std::vector<cluster::Command> commands;
  const WallTime begin = std::chrono::floor<std::chrono::days>(std::max(since, now - kKept));
  for (WallTime day = begin; day < std::min(until, now + 24h); day += 24h) {
    commands.push_back({"HGETALL", server.place.prefix + gateway::TotalsKey(day)});
  }
  return commands;
}

}  // namespace

Result<ledger::Totals> TotalsOfNodes(const Context& context, WallTime since, WallTime until,
                                     const std::string& machine, const std::string& node) {
  const auto server = ConnectToCluster(context);
  if (!server) return server.error();
  const auto commands = DaysOf(*server, since, until, context.clock().Wall());
  const auto days = server->Ask(commands);
  if (!days) return days.error();
  ledger::Totals totals;
  std::set<std::string> nodes;
  for (const cluster::Reply& day : *days) {
    for (std::size_t i = 0; i + 1 < day.items.size(); i += 2) {
      const auto told = gateway::ReadTotals(day.items[i].text, day.items[i + 1].text);
      if (!told) continue;
      nodes.insert(told->node);
      if (told->machine == machine || (!node.empty() && told->node != node)) continue;
      for (const auto& [key, sums] : told->totals) {
        const WallTime at = ledger::TimeOf(key.quarter);
        if (at >= since - ledger::kQuarter && at < until) totals[key].Add(sums);
      }
    }
  }
  if (node.empty() || nodes.contains(node)) return totals;
  return Fail(ErrorCode::kNotFound, "no node '{}' has told its totals of this time; found: {}",
              node, fmt::join(nodes, ", "));
}

}  // namespace agm::cli
