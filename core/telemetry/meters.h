#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <string>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/ledger/entry.h"
#include "core/telemetry/options.h"

namespace agm::telemetry {

/// The GenAI metrics of all requests since the start, with OTLP's cumulative temporality. The model
/// of a series is the upstream's; at most 64 models are told apart, others count as "other".
///
/// Thread safety: one thread at a time.
class Meters {
 public:
  explicit Meters(WallTime began) : began_(began) {}
  void Count(const ledger::Entry& entry, const Options& options);
  /// The metrics in OTLP's JSON; empty if nothing was counted.
  Json Write(WallTime now, const Options& options) const;

 private:
  static constexpr std::size_t kBounds = 14;
  struct Key {
    std::string operation;
    std::string provider;
    std::string model;
    std::string error;  ///< empty: answered
    friend auto operator<=>(const Key&, const Key&) = default;
  };
  struct Histogram {
    std::array<std::uint64_t, kBounds + 1> buckets{};
    std::uint64_t count = 0;
    double sum = 0;
    void Add(double seconds);
  };
  struct Series {
    Histogram duration;
    Histogram first_chunk;
    ledger::Tokens tokens;
  };

  Json Points(const std::map<Key, Series>& all, Histogram Series::*histogram, WallTime now,
              Conventions conventions) const;
  Json Sum(std::string_view name, WallTime now, Conventions conventions,
           std::int64_t ledger::Tokens::*tokens) const;

  const WallTime began_;
  std::map<Key, Series> series_;
};

}  // namespace agm::telemetry
