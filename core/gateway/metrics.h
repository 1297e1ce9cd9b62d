#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/guarded.h"
#include "core/gateway/histogram.h"
#include "core/gateway/prometheus.h"
#include "core/ledger/entry.h"

namespace agm::gateway {

/// Counters and durations since the start, for Prometheus. The journal passes each finished request
/// to Count, on its own thread.
///
/// Labels come from closed sets, so their number is bounded: routes, status codes, failures,
/// account names, at most 64 models and at most 200 client keys (further ones are "other"). A model
/// that a client invents is "other" until an upstream answers for it.
///
/// Thread safety: any thread.
class Metrics {
 public:
  void Count(const ledger::Entry& entry);
  void Retried() { retries_.fetch_add(1, std::memory_order_relaxed); }
  void Reloaded(bool applied);
  void Write(PrometheusText& text) const;

 private:
  struct Model {
    std::map<std::pair<std::string, std::string>, std::uint64_t> tries;  ///< by account, outcome
    ledger::Tokens tokens;
    ledger::Nano list = 0;
    ledger::Nano billed = 0;
    std::uint64_t unpriced = 0;
    Histogram upstream;
  };
  struct Key {
    std::map<std::string_view, std::uint64_t> requests;  ///< by outcome
    ledger::Nano list = 0;
  };
  using ByStream = std::pair<std::string, bool>;  ///< route, stream

  struct Totals {
    std::map<std::pair<std::string, int>, std::uint64_t> requests;  ///< by route, status
    std::map<ByStream, Histogram> latency;
    std::map<ByStream, Histogram> first_byte;
    std::map<std::string, Model, std::less<>> models;
    std::map<std::string, Key, std::less<>> keys;
    Histogram waits;
    std::uint64_t input_tokens = 0;
    std::uint64_t output_tokens = 0;
    std::uint64_t cancelled = 0;
  };
  static void CountModel(Totals& totals, const ledger::Entry& entry);
  static void CountTries(Totals& totals, const ledger::Entry& entry);
  static void CountKey(Totals& totals, const ledger::Entry& entry);
  static void WriteRequests(PrometheusText& text, const Totals& totals);
  static void WriteModels(PrometheusText& text, const Totals& totals);
  static void WriteTokens(PrometheusText& text, const Totals& totals);
  static void WriteKeys(PrometheusText& text, const Totals& totals);

  Guarded<Totals> totals_;
  std::atomic<std::uint64_t> retries_{0};
  std::atomic<std::uint64_t> reloads_applied_{0};
  std::atomic<std::uint64_t> reloads_refused_{0};
};

}  // namespace agm::gateway
