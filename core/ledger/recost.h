#pragma once

#include <cstddef>
#include <span>

#include "core/base/result.h"
#include "core/ledger/price.h"
#include "core/store/connection.h"

namespace agm::ledger {

/// Computes the costs of all rows of the log again, with these prices, and corrects the totals by
/// the differences; part of the caller's transaction. Returns the number of rows whose cost changed.
/// Totals of requests that have no row any more keep their costs.
Result<std::size_t> Recost(store::Connection& connection, std::span<const Price> prices);

}  // namespace agm::ledger
