#pragma once

#include <cstdint>

namespace agm::os {

/// Figures of this process from the kernel (/proc/self); 0 where the kernel gives none.
struct ProcessFigures {
  double start_time = 0;  ///< seconds since 1970
  double cpu_seconds = 0;
  std::int64_t resident_bytes = 0;
  std::int64_t threads = 0;
  std::int64_t open_fds = 0;
  std::int64_t max_fds = 0;
};

/// Thread safety: any thread.
ProcessFigures ReadProcessFigures();

}  // namespace agm::os
