#pragma once

#include "core/base/clock.h"

namespace agm {

/// A deadline that means "do not block": the call returns what is available now.
inline constexpr TimePoint kNoWait = TimePoint::min();

/// The condition under which a pull source has more data. It lets one thread wait for many sources.
///
///   fd   until
///   >=0  a time    wait until fd is readable; from `until` on the source has something to report
///   >=0  kNoWait   more data may be buffered: serve the other sources, then call with kNoWait
///   -1   kNoWait   more data is available: call with kNoWait
///   -1   a time    the source cannot be polled: call it on a thread that may block
struct Awaited {
  int fd = -1;
  TimePoint until = TimePoint::max();
};

}  // namespace agm
