#pragma once

#include <cstdint>
#include <vector>

#include "core/base/clock.h"
#include "core/ledger/entry.h"

namespace agm::keys {

/// Money and tokens of one or many requests.
struct Amount {
  ledger::Nano list = 0;
  ledger::Nano billed = 0;
  std::int64_t tokens = 0;

  Amount& operator+=(const Amount& other);
  Amount& operator-=(const Amount& other);
  friend bool operator==(const Amount&, const Amount&) = default;
};

/// The ledger's amount of a request with these tokens and this cost. Counts of a hostile upstream
/// are clamped; an unknown cost is 0, as in the ledger's sums.
Amount AmountOf(const ledger::Tokens& tokens, const ledger::Cost& cost);

/// The spend of a key, as sums over calendar days; the sum of a window is the sum of its days.
/// Nothing is reset when a window ends, so a clock that is set back finds the old sums again.
///
/// Thread safety: one thread at a time.
class Spend {
 public:
  /// Adds to the day that begins at `day`.
  void Add(WallTime day, const Amount& amount);
  /// The sum of all days that begin at `begin` or later, before `end`.
  Amount Sum(WallTime begin, WallTime end) const;
  void Clear() { days_.clear(); }

 private:
  struct Day {
    WallTime begin{};
    Amount amount;
  };
  std::vector<Day> days_;  ///< by begin; the last two months
};

}  // namespace agm::keys
