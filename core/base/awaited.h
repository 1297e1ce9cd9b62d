#pragma once

#include "core/base/clock.h"

namespace agm {

/// As the time until which a call may wait: it takes what is there, and does nothing that blocks.
inline constexpr TimePoint kNoWait = TimePoint::min();

/// What has to happen before there is more to be had from whoever gave this, so that many can wait
/// on one thread.
///
///   fd   until
///   >=0  a time    fd becomes readable; from `until` on there is something to be told in any case
///   >=0  kNoWait   more may be there already: others first, then ask with kNoWait
///   -1   kNoWait   there is more: ask with kNoWait
///   -1   a time    nobody can tell: ask with time to wait, on a thread that may
struct Awaited {
  int fd = -1;
  TimePoint until = TimePoint::max();
};

}  // namespace agm
