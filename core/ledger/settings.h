#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/base/clock.h"
#include "core/ledger/price.h"

namespace agm::ledger {

/// How much of the log is kept. See [log] in the configuration.
struct Settings {
  bool requests = true;    ///< write rows; totals are counted in any case
  bool addresses = false;  ///< with the clients' addresses
  Duration keep = std::chrono::hours(7 * 24);
  std::uint64_t max_size = 64'000'000;
  Duration totals_keep = std::chrono::hours(400 * 24);
  /// The user's prices and then the built-in ones; empty: the built-in ones.
  std::vector<Price> prices{};
  std::shared_ptr<const void> owner{};  ///< keeps the texts of `prices`
  int rows_per_second = 500;            ///< of answered requests, and as many of failed ones
};

}  // namespace agm::ledger
