#pragma once

#include <memory>
#include <string>
#include <utility>

#include "core/base/clock.h"
#include "core/cluster/link.h"
#include "core/config/server_address.h"
#include "tests/support/eventually.h"

namespace agm::cluster {

/// The machine's clock with a calendar that is set wrong.
class WrongClock : public Clock {
 public:
  explicit WrongClock(Duration by) : by_(by) {}
  TimePoint Now() const override { return SystemClock().Now(); }
  WallTime Wall() const override { return SystemClock().Wall() + by_; }
  void Sleep(Duration duration) override { SystemClock().Sleep(duration); }

 private:
  const Duration by_;
};

inline Place PlaceOf(const std::string& url, std::string node) {
  Place place;
  place.address = *config::ReadServerAddress(url);
  place.node = std::move(node);
  return place;
}

/// For tests of what the server answers: a busy machine must not turn them into tests of silence.
inline constexpr Patience kLongPatience{Duration{5'000}, Duration{10'000}};

inline bool Connects(const Link& link) {
  return test::Eventually([&link] { return link.connected(); });
}

}  // namespace agm::cluster
