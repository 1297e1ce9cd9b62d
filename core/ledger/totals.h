#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/ledger/entry.h"
#include "core/store/connection.h"

namespace agm::ledger {

/// The key of a sum: a quarter of an hour since 1970, and what is told apart in it.
struct TotalKey {
  std::int64_t quarter = 0;
  std::string caller;
  std::string target;
  std::string account;
  std::string rate{};  ///< what else its price depends on (price.h)
  friend auto operator<=>(const TotalKey&, const TotalKey&) = default;
};

/// Sums over requests. Costs are sums over the requests whose cost is known; `unpriced` and
/// `unbilled` count the answered ones whose list price or bill is not.
struct Sums {
  std::int64_t requests = 0;
  std::int64_t errors = 0;
  std::int64_t cancelled = 0;
  Tokens tokens;
  Nano list = 0;
  Nano billed = 0;
  std::int64_t unpriced = 0;
  std::int64_t unbilled = 0;

  void Add(const Entry& entry);
  void Add(const Sums& other);
  void Subtract(const Sums& other);
  friend bool operator==(const Sums&, const Sums&) = default;
};

using Totals = std::map<TotalKey, Sums>;

/// The target under which the request is counted: "other" for one that neither answered nor has a
/// price, because clients can invent names without end. Lives as long as the entry.
std::string_view CountedTarget(const Entry& entry);
/// The key that counts the request, with that target.
TotalKey KeyOf(const Entry& entry);

/// Adds the sums to those in the file; part of the caller's transaction.
Result<void> AddTotals(store::Connection& connection, const Totals& totals);

/// The sums whose quarter begins in [since, until), in the order of the key.
Result<Totals> ReadTotals(store::Connection& connection, WallTime since, WallTime until);

/// Deletes sums that began before `oldest`, and folds those before `fine` into hours.
Result<void> FoldTotals(store::Connection& connection, WallTime oldest, WallTime fine);

inline constexpr std::chrono::minutes kQuarter{15};
std::int64_t QuarterOf(WallTime at);
WallTime TimeOf(std::int64_t quarter);

}  // namespace agm::ledger
