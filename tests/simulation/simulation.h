#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/accounts/pool.h"
#include "core/base/clock.h"
#include "core/config/config.h"
#include "tests/simulation/upstream.h"
#include "tests/simulation/virtual_clock.h"

/// A day of traffic over a pool on a virtual clock: measures which share of the quotas is served,
/// and the cost for the conversations.
namespace agm::simulation {

/// The demand on a pool: as a share of its daily limits, and in bursts of its limits per minute.
struct Load {
  const char* name;
  double of_day;
  double of_minute;
};

inline constexpr Load kLittle{"little", 0.05, 0.8};
inline constexpr Load kOrdinary{"ordinary", 0.5, 0.8};
inline constexpr Load kTooMuch{"too much", 1.2, 1.4};

/// The result of one day.
struct Outcome {
  long asked = 0;
  long most = 0;  ///< the maximum that the quotas allow
  long served = 0;
  long refused = 0;       ///< by the upstream: 429s
  long moved = 0;         ///< turns that another account answered than the turn before
  double first_byte = 0;  ///< mean, ms
  long peak = 0;          ///< maximum number of simultaneous requests on one account
  Duration wait_p99{0};   ///< of served requests, for an account

  double share() const { return static_cast<double>(served) / static_cast<double>(most); }
};

/// The machines that serve the day.
class Machines {
 public:
  virtual ~Machines() = default;
  virtual VirtualClock& clock() = 0;
  /// The pool of the machine that gets the next request.
  virtual accounts::Pool& Next() = 0;
  /// Called before each try of a request: lets the machines hear what is on its way to them.
  virtual void Settle() {}
};

/// Simulates the day once on one machine. The same arguments give the same traffic; the pool's
/// jitter is random.
Outcome RunDay(const std::vector<Tier>& accounts, const Load& load, config::Scheduling scheduling);
/// The same on these machines, whose pools have the accounts of ConfigOf.
Outcome RunDay(const std::vector<Tier>& accounts, const Load& load, Machines& machines);
std::shared_ptr<const config::Config> ConfigOf(std::size_t accounts, config::Scheduling scheduling);

/// The given numbers of free and paid accounts, each with its own project.
std::vector<Tier> Accounts(std::size_t free, std::size_t paid);

/// The header of the table, and one line of it.
std::string TableHead();
std::string TableLine(std::size_t accounts, const Load& load, config::Scheduling scheduling,
                      const Outcome& outcome);

}  // namespace agm::simulation
