// A day of traffic over pools of 1 to 1,000 accounts with the published quotas. Prints its lines of
// the table; agm_simulate prints the complete table.

#include "tests/simulation/simulation.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace agm::simulation {
namespace {

using config::Scheduling;

struct Outcomes {
  Outcome cache_first, balance, performance_first;
};

class Simulation : public testing::Test {
 protected:
  Outcomes Run(const std::vector<Tier>& accounts, const Load& load) {
    accounts_ = static_cast<long>(accounts.size());
    fmt::print("{}", TableHead());
    const auto run = [&](Scheduling mode) {
      const Outcome outcome = RunDay(accounts, load, mode);
      fmt::print("{}", TableLine(accounts.size(), load, mode, outcome));
      return outcome;
    };
    return {run(Scheduling::kCacheFirst), run(Scheduling::kBalance),
            run(Scheduling::kPerformanceFirst)};
  }

  void ExpectAtLeast(double share, const Outcomes& outcomes) {
    for (const Outcome& one :
         {outcomes.cache_first, outcomes.balance, outcomes.performance_first}) {
      EXPECT_GE(one.share(), share);
      EXPECT_LE(one.served, one.most);
      EXPECT_LE(one.refused, 5 * accounts_);
      EXPECT_LE(one.wait_p99, Duration(5'000));
    }
  }

  /// Each scheduling mode must be best at its purpose.
  static void ExpectTheModesDiffer(const Outcomes& outcomes) {
    const auto& [cache_first, balance, performance_first] = outcomes;
    EXPECT_LT(cache_first.moved, balance.moved / 4);
    EXPECT_LT(cache_first.moved, performance_first.moved / 4);
    EXPECT_LT(balance.peak, cache_first.peak);
    EXPECT_LT(balance.peak, performance_first.peak);
    EXPECT_LT(balance.refused, performance_first.refused);
    EXPECT_LT(performance_first.first_byte, 0.95 * cache_first.first_byte);
    EXPECT_LT(performance_first.first_byte, 0.95 * balance.first_byte);
  }

  long accounts_ = 0;
};

TEST_F(Simulation, OneAccountServesNearlyAllThatItHas) {
  ExpectAtLeast(0.93, Run(Accounts(1, 0), kOrdinary));
  ExpectAtLeast(0.90, Run(Accounts(1, 0), kTooMuch));
  ExpectAtLeast(0.97, Run(Accounts(0, 1), kTooMuch));
}

TEST_F(Simulation, TenAccountsServeAllOfAnOrdinaryDay) {
  const Outcomes outcomes = Run(Accounts(10, 0), kOrdinary);
  ExpectAtLeast(0.99, outcomes);
  ExpectTheModesDiffer(outcomes);
}

TEST_F(Simulation, TenAccountsServeNearlyAllThatTheyHave) {
  ExpectAtLeast(0.95, Run(Accounts(10, 0), kTooMuch));
}

TEST_F(Simulation, FreeAndPaidAccountsServeTogether) {
  ExpectAtLeast(0.98, Run(Accounts(19, 1), kOrdinary));
}

TEST_F(Simulation, AHundredAccountsServeAllOfAnOrdinaryDay) {
  const Outcomes outcomes = Run(Accounts(100, 0), kOrdinary);
  ExpectAtLeast(0.99, outcomes);
  ExpectTheModesDiffer(outcomes);
}

TEST_F(Simulation, AThousandAccountsServeAllOfALittle) {
  ExpectAtLeast(0.99, Run(Accounts(1'000, 0), kLittle));
}

}  // namespace
}  // namespace agm::simulation
