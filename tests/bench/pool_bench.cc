// Measures the pool's cost per request: Take and Report, with 1,000 accounts and many threads.

#include <benchmark/benchmark.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "core/accounts/pool.h"

namespace agm::accounts {
namespace {

std::shared_ptr<const config::Config> Thousand(config::Scheduling scheduling) {
  auto config = std::make_shared<config::Config>();
  config->proxy.scheduling = scheduling;
  for (int i = 0; i < 1000; ++i) {
    config::Account account;
    account.name = "account-" + std::to_string(i);
    account.api_key = Secret("key-" + std::to_string(i));
    account.project = "project-" + std::to_string(i);
    config->accounts.push_back(std::move(account));
  }
  return config;
}

upstream::Failure Limited() {
  upstream::Failure failure;
  failure.trouble = upstream::Trouble::kMinuteQuota;
  failure.retry_delay = std::chrono::hours(1);
  return failure;
}

/// A pool of 1,000 accounts, of which `cooling` are in cooldown.
std::unique_ptr<Pool> PoolWith(config::Scheduling scheduling, int cooling) {
  auto pool = std::make_unique<Pool>(Thousand(scheduling), SystemClock(), nullptr);
  for (int i = 0; i < cooling; ++i) {
    auto lease = pool->Take({"gemini-2.5-flash", {}, {}}, SystemClock().Now(), NeverCancelled());
    if (lease) lease->Report(Limited());
  }
  return pool;
}

void TakeAndReport(benchmark::State& state, config::Scheduling scheduling, int cooling) {
  static std::unique_ptr<Pool> pool;
  if (state.thread_index() == 0) pool = PoolWith(scheduling, cooling);
  const Wanted wanted{"gemini-2.5-flash", "s" + std::to_string(state.thread_index()), {}};
  for (auto _ : state) {
    auto lease = pool->Take(wanted, SystemClock().Now(), NeverCancelled());
    if (lease) lease->Report(Success{Duration(100), 500});
  }
  state.SetItemsProcessed(state.iterations());
  if (state.thread_index() == 0) pool.reset();
}

void Refused(benchmark::State& state) {
  const auto pool = PoolWith(config::Scheduling::kBalance, 1000);
  const Wanted wanted{"gemini-2.5-flash", {}, {}};
  for (auto _ : state) {
    benchmark::DoNotOptimize(pool->Take(wanted, SystemClock().Now(), NeverCancelled()));
  }
}

void Describe(benchmark::State& state) {
  const auto pool = PoolWith(config::Scheduling::kBalance, 500);
  for (auto _ : state) benchmark::DoNotOptimize(pool->Status());
}

#define AGM_THREADS ->Threads(1)->Threads(8)->Threads(64)->UseRealTime()
BENCHMARK_CAPTURE(TakeAndReport, cache_first, config::Scheduling::kCacheFirst, 0) AGM_THREADS;
BENCHMARK_CAPTURE(TakeAndReport, balance, config::Scheduling::kBalance, 0) AGM_THREADS;
BENCHMARK_CAPTURE(TakeAndReport, balance_most_cooling, config::Scheduling::kBalance, 990)
AGM_THREADS;
BENCHMARK_CAPTURE(TakeAndReport, performance_first, config::Scheduling::kPerformanceFirst, 0)
AGM_THREADS;
BENCHMARK(Refused);
BENCHMARK(Describe);

}  // namespace
}  // namespace agm::accounts
