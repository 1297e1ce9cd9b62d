#include "core/accounts/pacific.h"

namespace agm::accounts {
namespace {

using namespace std::chrono;

constexpr hours kStandard{8};  // behind UTC
constexpr hours kSummer{7};

// Clocks go forward at 2:00 standard time and back at 2:00 summer time.
bool IsSummer(WallTime now) {
  const year_month_day date{floor<days>(now - kStandard)};
  const sys_days begins = date.year() / March / Sunday[2];
  const sys_days ends = date.year() / November / Sunday[1];
  return now >= begins + hours(2) + kStandard && now < ends + hours(2) + kSummer;
}

hours BehindUtc(WallTime now) { return IsSummer(now) ? kSummer : kStandard; }

}  // namespace

WallTime NextPacificMidnight(WallTime now) {
  const sys_days tomorrow = floor<days>(now - BehindUtc(now)) + days(1);
  // Use the offset at that midnight, not the present one: the clocks may change in between.
  const WallTime guess = tomorrow + kStandard;
  return tomorrow + BehindUtc(guess - minutes(1));
}

}  // namespace agm::accounts
