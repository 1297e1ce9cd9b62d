#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>

#include "core/base/result.h"
#include "core/ledger/price.h"
#include "core/store/connection.h"

namespace agm::ledger {

/// Computes the costs of all requests that began in [since, until) again, with these prices; part
/// of the caller's transaction. `since` must be the begin of an hour. Returns the number of
/// requests whose cost changed.
///
/// Rows are computed one by one. The totals of requests that have no row any more are computed from
/// their token counts: they are told apart by what a price depends on (RateOf), so that only the
/// rounding of each request to a nano-dollar is lost.
Result<std::size_t> Recost(store::Connection& connection, std::span<const Price> prices,
                           WallTime since, WallTime until);

/// Runs a piece of work in a transaction of its own.
using InTransaction =
    std::function<Result<void>(const std::function<Result<void>(store::Connection&)>&)>;

/// Recosts the complete file, a day in each transaction, so that a writer never waits for long.
/// Remembers the digest of the prices in the file.
Result<std::size_t> RecostAll(const InTransaction& transact, std::span<const Price> prices,
                              const std::string& digest, WallTime now);

/// True if the file's costs are those of other prices than the ones with this digest. A new file
/// takes the digest.
Result<bool> NeedsRecost(store::Connection& connection, const std::string& digest);

}  // namespace agm::ledger
