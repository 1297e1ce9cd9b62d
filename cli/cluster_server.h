#pragma once

#include <memory>
#include <vector>

#include "cli/context.h"
#include "core/cluster/session.h"

namespace agm::cli {

/// The cluster's server of the configuration, and a connection to it.
struct ClusterServer {
  cluster::Place place;
  std::unique_ptr<cluster::Session> session;

  Result<std::vector<cluster::Reply>> Ask(const std::vector<cluster::Command>& commands) const;
};

/// kConfig if this machine works alone.
Result<ClusterServer> ConnectToCluster(const Context& context);

}  // namespace agm::cli
