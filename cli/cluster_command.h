#pragma once

#include "cli/command.h"

namespace agm::cli {

struct ClusterOptions {};

/// `agm cluster status`: the nodes, their lag, the server's keys and memory. Asks the server, not a
/// gateway. kUpstreamUnavailable if the server does not answer.
Result<void> RunClusterStatus(const Context& context, const ClusterOptions& options);
/// `agm cluster check`: whether the server is fit for a cluster; fails if it is not.
Result<void> RunClusterCheck(const Context& context, const ClusterOptions& options);

void AddCluster(Commands at);

}  // namespace agm::cli
