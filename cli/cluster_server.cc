#include "cli/cluster_server.h"

#include <fmt/format.h>

#include <utility>

#include "core/config/server_address.h"

namespace agm::cli {
namespace {

constexpr Duration kPatience{2'000};

}  // namespace

Result<std::vector<cluster::Reply>> ClusterServer::Ask(
    const std::vector<cluster::Command>& commands) const {
  return session->Ask(commands, kPatience);
}

Result<ClusterServer> ConnectToCluster(const Context& context) {
  const auto config = context.Config();
  if (!config) return config.error();
  const config::ClusterSettings& settings = (*config)->cluster;
  if (!settings.enabled()) {
    return Fail(ErrorCode::kConfig,
                "this machine works alone: set url in [cluster], for example with `agm config set "
                "cluster.url redis://127.0.0.1:6379/0`");
  }
  const auto address = config::ReadServerAddress(settings.url.Reveal());
  if (!address) return address.error();
  ClusterServer server{{*address, settings.prefix, "cli"}, nullptr};
  auto session = cluster::Session::Open(server.place, context.clock(), kPatience);
  if (!session) {
    Error error = std::move(session).error();
    if (error.code != ErrorCode::kConfig) {
      error.message = fmt::format("{} ({}); is it running?", error.message, address->Shown());
    }
    return error;
  }
  server.session = *std::move(session);
  return server;
}

}  // namespace agm::cli
