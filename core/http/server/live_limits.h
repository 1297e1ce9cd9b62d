#pragma once

#include <atomic>
#include <cstdint>

#include "core/base/clock.h"
#include "core/http/server/server.h"

namespace agm::http {

/// Limits that may change while requests run.
///
/// Thread safety: any thread.
struct LiveLimits {
  std::atomic<Duration> header_timeout, write_timeout, idle_timeout;
  std::atomic<std::uint64_t> max_body_size;
  std::atomic<int> max_connections;

  void Set(const Limits& limits) {
    header_timeout = limits.header_timeout;
    write_timeout = limits.write_timeout;
    idle_timeout = limits.idle_timeout;
    max_body_size = limits.max_body_size;
    max_connections = limits.max_connections;
  }
};

}  // namespace agm::http
