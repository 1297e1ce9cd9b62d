#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/ledger/entry.h"
#include "core/telemetry/options.h"

namespace agm::telemetry {

/// Counts values in buckets, each `factor` times as wide as the one before.
class Histogram {
 public:
  static constexpr std::size_t kBounds = 14;

  Histogram(double first, double factor) : first_(first), factor_(factor) {}
  void Add(double value, std::uint64_t times = 1);
  bool empty() const { return count_ == 0; }
  /// Adds the members of a histogram's data point in OTLP's JSON.
  void Write(Json& point) const;

 private:
  double first_;
  double factor_;
  std::array<std::uint64_t, kBounds + 1> buckets_{};
  std::uint64_t count_ = 0;
  double sum_ = 0;
};

/// Tokens of one side of the requests, by their kind. `unknown` is what the upstream did not split.
struct Modalities {
  std::int64_t text = 0;
  std::int64_t image = 0;
  std::int64_t audio = 0;
  std::int64_t unknown = 0;
};

/// The GenAI metrics of all requests since the start, with OTLP's cumulative temporality. The model
/// of a series is the upstream's; at most 512 series are told apart, the models of others count as
/// "other".
///
/// Thread safety: one thread at a time.
class Meters {
 public:
  explicit Meters(WallTime began) : began_(began) {}
  void Count(const ledger::Entry& entry, const Options& options);
  /// The metrics in OTLP's JSON; null if nothing was counted.
  Json Write(WallTime now, const Options& options) const;

 private:
  struct Key {
    std::string operation;
    std::string provider;
    std::string model;
    std::string error;  ///< empty: answered
    friend auto operator<=>(const Key&, const Key&) = default;
  };
  struct Series {
    Histogram duration{0.01, 2};  ///< in seconds, to 81.92
    Histogram first_chunk{0.01, 2};
    /// The time between two pieces of a stream. Count knows a stream's first and last piece only,
    /// so it adds the mean time between pieces, once for each piece after the first.
    Histogram each_chunk{0.01, 2};
    Histogram input_size{1, 4};  ///< in tokens, to 67,108,864
    Histogram output_size{1, 4};
    Modalities input;
    Modalities output;
    Modalities cached;
    Modalities thoughts;
  };
  class Writer;

  const WallTime began_;
  std::map<Key, Series> series_;
};

}  // namespace agm::telemetry
