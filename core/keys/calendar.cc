#include "core/keys/calendar.h"

#include <chrono>

namespace agm::keys {

using namespace std::chrono;

Window DayOf(const TimeZone& zone, WallTime at) {
  const year_month_day day = zone.DayOf(at);
  return {zone.Begin(day), zone.Begin(year_month_day(sys_days(day) + days(1)))};
}

Window MonthOf(const TimeZone& zone, WallTime at) {
  const year_month_day day = zone.DayOf(at);
  const year_month first = day.year() / day.month();
  return {zone.Begin(first / 1), zone.Begin((first + months(1)) / 1)};
}

}  // namespace agm::keys
