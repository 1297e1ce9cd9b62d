#pragma once

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <string>

#include "core/gateway/prometheus.h"

namespace agm::gateway {

/// Durations in buckets, from milliseconds to the ten minutes that an agent's stream may take.
///
/// Thread safety: one thread at a time.
class Histogram {
 public:
  void Add(std::chrono::microseconds value) {
    const double seconds = std::chrono::duration<double>(value).count();
    std::size_t bucket = 0;
    while (bucket < kBounds.size() && seconds > kBounds.at(bucket)) ++bucket;
    ++buckets_.at(bucket);
    sum_ += seconds;
    ++count_;
  }

  /// Writes the samples of a family that `text` has begun.
  void Write(PrometheusText& text, Labels labels) const {
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < kBounds.size(); ++i) {
      below += buckets_.at(i);
      text.Part("_bucket", labels, fmt::format("{}", kBounds.at(i)), static_cast<double>(below));
    }
    text.Part("_bucket", labels, "+Inf", static_cast<double>(count_));
    text.Part("_sum", labels, {}, sum_);
    text.Part("_count", labels, {}, static_cast<double>(count_));
  }

 private:
  /// Upper bounds in seconds; the last bucket is +Inf.
  static constexpr std::array<double, 15> kBounds = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1,
                                                     2.5,   5,    10,    60,   120, 300,  600};

  std::array<std::uint64_t, kBounds.size() + 1> buckets_{};
  double sum_ = 0;
  std::uint64_t count_ = 0;
};

}  // namespace agm::gateway
