#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include "core/base/clock.h"
#include "core/ledger/price_list.h"

namespace agm::ledger {

/// How much of the log is kept. See [log] in the configuration.
struct Settings {
  bool requests = true;    ///< write rows; totals are counted in any case
  bool addresses = false;  ///< with the clients' addresses
  Duration keep = std::chrono::hours(7 * 24);
  std::uint64_t max_size = 64'000'000;
  Duration totals_keep = std::chrono::hours(400 * 24);
  std::shared_ptr<const PriceList> prices = std::make_shared<const PriceList>();
  int rows_per_second = 500;  ///< of answered requests, and as many of failed ones
};

}  // namespace agm::ledger
