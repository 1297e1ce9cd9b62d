#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/http/client/transport.h"
#include "core/ledger/entry.h"
#include "core/telemetry/meters.h"
#include "core/telemetry/options.h"

namespace agm::telemetry {

/// Sends spans and metrics of finished requests to a collector, as OTLP over HTTP in JSON.
///
///   Exporter exporter(transport, clock, warn);
///   exporter.Apply(options);
///   exporter.Add(entry);     // never blocks; the exporter's own thread sends batches
///
/// At most 2,048 requests wait; further ones are dropped and counted, and so is a batch that the
/// collector refuses, in whole or in part, or does not take within ten seconds. A batch is sent
/// once 512 requests wait, or after five seconds, compressed. The destructor sends for two more
/// seconds. A collector that fails gives one warning an hour.
///
/// Thread safety: any thread.
class Exporter {
 public:
  using Warn = std::function<void(const std::string&)>;

  Exporter(http::Transport& transport, Clock& clock, Warn warn);
  ~Exporter();
  Exporter(const Exporter&) = delete;
  Exporter& operator=(const Exporter&) = delete;

  void Apply(Options options);
  bool on() const { return on_.load(std::memory_order_relaxed); }
  void Add(const ledger::Entry& entry);
  std::uint64_t dropped() const { return dropped_.load(); }

 private:
  class Closing;
  /// The collector's answer to one POST.
  struct Outcome {
    bool done = false;
    bool retry = false;
    Duration wait{0};           ///< that the collector asks for
    std::uint64_t refused = 0;  ///< spans of a batch that it took otherwise
    std::string why{};
  };

  void Work();
  void Export(const std::vector<ledger::Entry>& batch, const Options& options);
  void ExportSpans(const std::vector<ledger::Entry>& batch, const Options& options);
  void ExportMetrics(const Options& options);
  Outcome Post(std::string_view path, const Json& body, const Options& options);
  Outcome TryToSend(const http::OutgoingRequest& request);
  void WarnOfFailure(const std::string& why);
  void Pause(Duration duration);

  http::Transport& transport_;
  Clock& clock_;
  const Warn warn_;
  Meters meters_;                             ///< the thread's own
  TimePoint next_metrics_{};                  ///< the thread's own
  TimePoint next_warning_{};                  ///< the thread's own
  TimePoint last_moment_ = TimePoint::max();  ///< of the destructor; guarded by mutex_

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<ledger::Entry> waiting_;
  Options options_;
  std::atomic<bool> closing_ = false;
  std::atomic<bool> on_ = false;
  std::atomic<std::uint64_t> dropped_ = 0;
  std::thread thread_;
};

}  // namespace agm::telemetry
