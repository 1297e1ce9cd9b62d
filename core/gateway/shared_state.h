#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/accounts/pool.h"
#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/base/result.h"
#include "core/cluster/link.h"
#include "core/cluster/nodes.h"
#include "core/cluster/shared_counts.h"
#include "core/cluster/shared_journal.h"
#include "core/cluster/shared_rows.h"
#include "core/config/config.h"
#include "core/gateway/shared_totals.h"
#include "core/store/pool_journal.h"

namespace agm::gateway {

/// The node's name in logs and statistics: that of the settings, or the host's.
std::string NodeName(const config::ClusterSettings& settings);

/// This node's part in a cluster: the link to the server, and the state that it shares.
///
///   SharedState shared(config->cluster, local, ledger::FileId(*requests), log, clock);
///   accounts::Pool pool(config, clock, &shared.journal());
///   shared.Start(pool);
///   ...
///   shared.Stop();          // before the pool ends
///
/// Thread safety: status, Nodes and server_time from any thread, the others from one.
class SharedState {
 public:
  /// Fails with kConfig if this program cannot work in a cluster.
  static Result<void> Check(const config::ClusterSettings& settings);

  /// `machine` is the name under which this machine's counts are kept, also after a restart.
  SharedState(const config::ClusterSettings& settings, store::PoolJournal& local,
              const std::string& machine, Log& log, Clock& clock);

  store::PoolJournal& journal() { return journal_; }
  store::Copies& copies() { return rows_; }
  store::Counts& counts() { return counts_; }
  SharedTotals& totals() { return totals_; }
  /// Connects, and waits a moment for the state of the other nodes. The gateway works without.
  void Start(accounts::Pool& pool);
  void Stop() { link_.Stop(); }
  cluster::LinkStatus status() const { return link_.status(); }
  /// All nodes, this one too, as they told the server in the last seconds. It waits for the server,
  /// at most 20 ms.
  Result<std::vector<cluster::Node>> Nodes();
  WallTime server_time() const { return link_.server_clock().Now(); }

 private:
  Log& log_;
  cluster::Link link_;
  cluster::SharedRows rows_;
  cluster::SharedJournal journal_;
  cluster::SharedCounts counts_;
  SharedTotals totals_;
};

}  // namespace agm::gateway
