// Prints the results of a day for pools of 1 to 1,000 accounts, in each scheduling mode.

#include <fmt/format.h>

#include "tests/simulation/simulation.h"

int main() {
  using namespace agm::simulation;
  using agm::config::Scheduling;
  fmt::print("{}", TableHead());
  for (const auto& accounts : {Accounts(1, 0), Accounts(0, 1), Accounts(10, 0), Accounts(8, 2),
                               Accounts(100, 0), Accounts(90, 10), Accounts(1'000, 0)}) {
    for (const Load& load : {kOrdinary, kTooMuch}) {
      for (const auto mode :
           {Scheduling::kCacheFirst, Scheduling::kBalance, Scheduling::kPerformanceFirst}) {
        fmt::print("{}", TableLine(accounts.size(), load, mode, RunDay(accounts, load, mode)));
        std::fflush(stdout);
      }
    }
  }
}
