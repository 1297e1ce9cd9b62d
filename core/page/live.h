#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "core/base/clock.h"
#include "core/base/guarded.h"
#include "core/http/wire/message.h"
#include "core/ledger/entry.h"

namespace agm::page {

/// Sends each finished request to the browsers that watch, as server-sent events: "request" with
/// the members of a row of the request list, and "lost" with {"rows": N} where the watcher reads
/// too slowly. At most eight watch at a time. Without a watcher Publish costs one atomic read.
///
/// Thread safety: any thread; each stream on one thread at a time.
class LiveFeed {
 public:
  static constexpr std::size_t kMostWatchers = 8;

  explicit LiveFeed(Clock& clock) : clock_(clock) {}

  void Publish(const ledger::Entry& entry);
  /// A stream of the requests from now on; null if too many watch already.
  std::unique_ptr<http::BodySource> Watch();
  /// Ends all streams, because the gateway stops.
  void Close();

 private:
  struct Watcher;
  class Stream;
  using Watchers = std::vector<std::weak_ptr<Watcher>>;

  std::vector<std::shared_ptr<Watcher>> Present();

  Clock& clock_;
  std::atomic<int> watching_ = 0;
  std::atomic<bool> closed_ = false;
  Guarded<Watchers> watchers_;
};

}  // namespace agm::page
