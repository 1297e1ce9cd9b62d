#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/accounts/pool.h"
#include "core/base/clock.h"
#include "core/cluster/link.h"
#include "core/gateway/metrics.h"
#include "core/keys/ring.h"
#include "core/ledger/journal.h"

namespace agm::gateway {

/// How much of its limits a client key has used.
struct KeyFigures {
  std::string name;
  std::array<std::uint64_t, keys::kLimitNames.size()> refused{};  ///< by keys::Limit
  /// The used part of a budget, by its window: "day", "month", "tokens_day", "tokens_month".
  std::vector<std::pair<std::string_view, double>> used{};
};

/// The figures of the keys of [[keys]]; those beyond the 200th are summed up as "other".
std::vector<KeyFigures> FiguresOf(const keys::Ring& ring, WallTime wall, TimePoint now);

/// The state of the gateway at the moment of a scrape, beside its counters.
struct PresentState {
  std::vector<accounts::AccountStatus> accounts;
  int in_flight = 0;
  ledger::Journal::Figures log;
  std::vector<KeyFigures> keys;
  WallTime config_loaded{};
  std::optional<WallTime> certificate_expires;  ///< nullopt: no TLS
  accounts::AffinityCounts affinities;
  std::uint64_t telemetry_dropped = 0;      ///< requests that no collector heard of
  std::optional<cluster::LinkStatus> link;  ///< nullopt: this machine works alone
};

/// The whole text of GET /metrics.
///
/// Thread safety: any thread.
std::string WriteMetrics(const Metrics& metrics, const PresentState& state);

}  // namespace agm::gateway
