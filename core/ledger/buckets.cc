#include "core/ledger/buckets.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

namespace agm::ledger {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

std::string_view FormatOf(BucketSize size) {
  switch (size) {
    case BucketSize::kQuarterHour:
      return "{:%Y-%m-%d %H:%M}";
    case BucketSize::kHour:
      return "{:%Y-%m-%d %H:00}";
    case BucketSize::kDay:
      return "{:%Y-%m-%d}";
    case BucketSize::kWeek:
      return "{:%G-W%V}";
    case BucketSize::kMonth:
      return "{:%Y-%m}";
  }
  return "{}";
}

std::string NameOf(std::string_view format, WallTime local) {
  return fmt::format(fmt::runtime(format),
                     fmt::gmtime(std::chrono::system_clock::to_time_t(local)));
}

/// How far the clocks were set back in the last two hours.
seconds SetBack(const TimeZone& zone, WallTime at) {
  return zone.OffsetAt(at - hours(2)) - zone.OffsetAt(at);
}

std::string OffsetText(seconds offset) {
  const auto whole = std::chrono::duration_cast<minutes>(offset).count();
  return fmt::format("{}{:02}:{:02}", whole < 0 ? '-' : '+', std::abs(whole) / 60,
                     std::abs(whole) % 60);
}

}  // namespace

Bucket BucketsOf(BucketSize size, TimeZone zone) {
  const bool within_a_day = size == BucketSize::kQuarterHour || size == BucketSize::kHour;
  return [zone = std::move(zone), format = FormatOf(size), within_a_day](WallTime at) {
    const seconds offset = zone.OffsetAt(at);
    std::string name = NameOf(format, at + offset);
    if (!within_a_day) return name;
    const seconds back = SetBack(zone, at);
    if (back <= seconds(0)) return name;
    const WallTime before = at - back;
    if (NameOf(format, before + zone.OffsetAt(before)) != name) return name;
    return name + " " + OffsetText(offset);
  };
}

}  // namespace agm::ledger
