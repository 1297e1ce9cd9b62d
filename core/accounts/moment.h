#pragma once

#include "core/base/clock.h"

namespace agm::accounts {

/// The time on both clocks.
struct Moment {
  TimePoint now;
  WallTime wall;
};

}  // namespace agm::accounts
