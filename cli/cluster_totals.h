#pragma once

#include <string>

#include "cli/context.h"
#include "core/base/clock.h"
#include "core/ledger/totals.h"

namespace agm::cli {

/// The totals of the cluster's other nodes, as they told the server, of the last 35 days at most.
/// `machine` is the ledger::FileId of this machine, whose totals are left out. With a `node`: those
/// of this node only; kNotFound, with the nodes' names, if it told nothing.
Result<ledger::Totals> TotalsOfNodes(const Context& context, WallTime since, WallTime until,
                                     const std::string& machine, const std::string& node);

}  // namespace agm::cli
