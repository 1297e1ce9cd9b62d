#pragma once

#include <array>
#include <cstdint>

#include "core/base/clock.h"
#include "core/base/guarded.h"
#include "core/ledger/entry.h"

namespace agm::page {

/// Counts the events of the last minute, by seconds.
///
/// Thread safety: any thread.
class Pulse {
 public:
  struct Figures {
    std::int64_t requests = 0;
    std::int64_t errors = 0;
    std::int64_t input_tokens = 0;
    std::int64_t output_tokens = 0;
  };

  explicit Pulse(Clock& clock) : clock_(clock) {}
  void Count(const ledger::Entry& entry);
  Figures LastMinute() const;

 private:
  struct Second {
    std::int64_t at = -1;  ///< seconds on the monotonic clock
    Figures figures;
  };

  std::int64_t Now() const;

  Clock& clock_;
  Guarded<std::array<Second, 60>> seconds_;
};

}  // namespace agm::page
