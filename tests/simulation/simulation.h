#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"
#include "core/config/config.h"
#include "tests/simulation/upstream.h"

/// A day of traffic over a pool, on a virtual clock: how much of what the quotas allow is served,
/// and what that costs the conversations.
namespace agm::simulation {

/// How much is asked of a pool: of what its day allows, and in bursts of what its minutes allow.
struct Load {
  const char* name;
  double of_day;
  double of_minute;
};

inline constexpr Load kLittle{"little", 0.05, 0.8};
inline constexpr Load kOrdinary{"ordinary", 0.5, 0.8};
inline constexpr Load kTooMuch{"too much", 1.2, 1.4};

/// What came of one day.
struct Outcome {
  long asked = 0;
  long most = 0;  ///< that the quotas allow
  long served = 0;
  long refused = 0;       ///< by upstream: 429s
  long moved = 0;         ///< turns that another account answered than the one before
  double first_byte = 0;  ///< mean, ms
  long peak = 0;          ///< the most under way at once on one account
  Duration wait_p99{0};   ///< of what was served, for an account

  double share() const { return static_cast<double>(served) / static_cast<double>(most); }
};

/// Runs the day once. The same arguments give the same traffic; the pool's jitter is its own.
Outcome RunDay(const std::vector<Tier>& accounts, const Load& load, config::Scheduling scheduling);

/// So many free and paid accounts, each with a project of its own.
std::vector<Tier> Accounts(std::size_t free, std::size_t paid);

/// The table's head, and one line of it.
std::string TableHead();
std::string TableLine(std::size_t accounts, const Load& load, config::Scheduling scheduling,
                      const Outcome& outcome);

}  // namespace agm::simulation
