#include "core/gateway/shared_state.h"

#include <unistd.h>

#include <array>
#include <string>
#include <utility>

#include "core/cluster/connection.h"
#include "core/config/server_address.h"

namespace agm::gateway {
namespace {

using cluster::LinkState;

// How long a start waits for the state of the other nodes.
constexpr Duration kFirstState{500};

std::string HostName() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? std::string(name.data()) : "agm";
}

cluster::Place PlaceOf(const config::ClusterSettings& settings) {
  cluster::Place place;
  const auto address = config::ReadServerAddress(settings.url.Reveal());
  if (address) place.address = *address;  // the configuration was checked when it was read
  place.prefix = settings.prefix;
  place.node = NodeName(settings);
  return place;
}

void LogTurn(Log& log, const std::string& server, LinkState state, const std::string& why) {
  LogFields fields = log.Fields();
  fields.Add("server", server);
  if (state == LinkState::kConnected) {
    return log.Write(LogLevel::kInfo, "the cluster's state is shared with the other nodes", fields);
  }
  fields.Add("why", why);
  log.Write(LogLevel::kWarning,
            "the cluster's server is lost: this node goes on with the state that it has", fields);
}

}  // namespace

std::string NodeName(const config::ClusterSettings& settings) {
  return settings.node.empty() ? HostName() : settings.node;
}

Result<void> SharedState::Check(const config::ClusterSettings& settings) {
  const auto address = config::ReadServerAddress(settings.url.Reveal());
  if (!address) return address.error();
  if (cluster::Connection::Available()) return {};
  return cluster::Connection::Start(*address).error();
}

SharedState::SharedState(const config::ClusterSettings& settings, store::PoolJournal& local,
                         const std::string& machine, Log& log, Clock& clock)
    : log_(log),
      link_(PlaceOf(settings), clock,
            [this](LinkState state, const std::string& why) {
              LogTurn(log_, link_.place().address.Shown(), state, why);
            }),
      rows_(link_),
      journal_(local, link_, rows_, clock),
      counts_(link_, clock, machine),
      totals_(link_, clock, machine) {
  link_.Follow("counts", counts_);
  link_.Follow("totals", totals_);
}

void SharedState::Start(accounts::Pool& pool) {
  journal_.Attach(
      {[&pool](const store::PoolJournal::Cooldown& cooldown) { pool.Adopt(cooldown); },
       [&pool](const std::string& owner) { pool.AdoptRecovery(owner); },
       [&pool](const store::PoolJournal::Belonging& belonging) { pool.AdoptBelonging(belonging); },
       [&pool](const store::PoolJournal::Quota& quota) { pool.AdoptQuota(quota); },
       [&pool](const store::PoolJournal::Tie& tie) { pool.AdoptTie(tie); },
       [&pool] { return pool.Cooling(); }});
  link_.Start();
  link_.AwaitConnected(kFirstState);
}

Result<std::vector<cluster::Node>> SharedState::Nodes() {
  const auto replies = link_.Ask({{"HGETALL", link_.Key(cluster::kNodesKey)}});
  if (!replies) return replies.error();
  return cluster::NodesOf(replies->front(), link_.server_clock().Now());
}

}  // namespace agm::gateway
