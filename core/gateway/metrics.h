#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "core/accounts/pool.h"
#include "core/base/clock.h"
#include "core/base/guarded.h"

namespace agm::gateway {

/// The measurements of one finished request.
struct Measured {
  std::string_view route;  ///< RouteName, or "unknown"
  int status = 0;
  Duration total{0};
  Duration first_byte{-1};  ///< negative: no byte was sent
  std::int64_t input_tokens = 0;
  std::int64_t output_tokens = 0;
  bool cancelled = false;
};

/// Counters and durations since the start, written as Prometheus text (exposition format 0.0.4).
/// Labels are routes, status codes and account names, so their number is bounded; never a client's
/// text.
///
/// Thread safety: any thread.
class Metrics {
 public:
  void Count(const Measured& measured);
  void Retried() { retries_.fetch_add(1, std::memory_order_relaxed); }
  std::string Write(const std::vector<accounts::AccountStatus>& accounts, int in_flight) const;

 private:
  /// Upper bounds in seconds; the last bucket is +Inf.
  static constexpr std::array<double, 12> kBounds = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25,
                                                     0.5,   1,    2.5,   5,    10,  60};
  struct Histogram {
    std::array<std::uint64_t, kBounds.size() + 1> buckets{};
    double sum = 0;
    std::uint64_t count = 0;
    void Add(Duration value);
  };
  struct Totals {
    std::map<std::pair<std::string, int>, std::uint64_t> requests;
    std::map<std::string, Histogram> latency;
    std::map<std::string, Histogram> first_byte;
    std::uint64_t input_tokens = 0;
    std::uint64_t output_tokens = 0;
    std::uint64_t cancelled = 0;
  };
  static void WriteHistogram(std::string& out, std::string_view name, std::string_view help,
                             const std::map<std::string, Histogram>& histograms);

  Guarded<Totals> totals_;
  std::atomic<std::uint64_t> retries_{0};
};

}  // namespace agm::gateway
