#pragma once

#include "core/base/clock.h"

namespace agm {

/// What has to happen before there is more to be had from whoever gave this, so that many can wait
/// on one thread.
struct Awaited {
  int fd = -1;  ///< becomes readable; -1: nobody can tell, ask with time to wait instead
  TimePoint until = TimePoint::max();  ///< from then on there is something to be told in any case
};

/// As the time until which a call may wait: it takes what is there, and does nothing that blocks.
inline constexpr TimePoint kNoWait = TimePoint::min();

}  // namespace agm
