#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/accounts/pool.h"
#include "core/base/clock.h"
#include "core/gateway/metrics.h"
#include "core/ledger/journal.h"

namespace agm::gateway {

/// The state of the gateway at the moment of a scrape, beside its counters.
struct PresentState {
  std::vector<accounts::AccountStatus> accounts;
  int in_flight = 0;
  ledger::Journal::Figures log;
  WallTime config_loaded{};
  std::optional<WallTime> certificate_expires;  ///< nullopt: no TLS
};

/// The whole text of GET /metrics.
///
/// Thread safety: any thread.
std::string WriteMetrics(const Metrics& metrics, const PresentState& state);

}  // namespace agm::gateway
