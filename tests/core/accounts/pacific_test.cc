#include "core/accounts/pacific.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace agm::accounts {
namespace {

using namespace std::chrono;

WallTime Utc(int year, int month, int day, int hour, int minute = 0, int second = 0) {
  const sys_days date = std::chrono::year(year) / month / day;
  return date + hours(hour) + minutes(minute) + seconds(second);
}

TEST(Pacific, TheDayTurnsAtEightUtcInWinter) {
  EXPECT_EQ(NextPacificMidnight(Utc(2026, 11, 21, 12)), Utc(2026, 11, 22, 8));
  EXPECT_EQ(NextPacificMidnight(Utc(2026, 1, 1, 7, 59, 59)), Utc(2026, 1, 1, 8));
}

TEST(Pacific, TheDayTurnsAtSevenUtcInSummer) {
  EXPECT_EQ(NextPacificMidnight(Utc(2026, 7, 4, 6, 59)), Utc(2026, 7, 4, 7));
  EXPECT_EQ(NextPacificMidnight(Utc(2026, 7, 4, 12)), Utc(2026, 7, 5, 7));
}

TEST(Pacific, MidnightItselfBelongsToTheNewDay) {
  EXPECT_EQ(NextPacificMidnight(Utc(2026, 11, 21, 8)), Utc(2026, 11, 22, 8));
  EXPECT_EQ(NextPacificMidnight(Utc(2026, 7, 4, 7)), Utc(2026, 7, 5, 7));
}

TEST(Pacific, TheDayOnWhichSummerBeginsHas23Hours) {
  // Clocks go forward on 8 March 2026 at 2:00, which is 10:00 UTC.
  EXPECT_EQ(NextPacificMidnight(Utc(2026, 3, 8, 7, 59)), Utc(2026, 3, 8, 8));
  EXPECT_EQ(NextPacificMidnight(Utc(2026, 3, 8, 8)), Utc(2026, 3, 9, 7));
  EXPECT_EQ(NextPacificMidnight(Utc(2026, 3, 8, 9, 59)), Utc(2026, 3, 9, 7));
  EXPECT_EQ(NextPacificMidnight(Utc(2026, 3, 8, 10)), Utc(2026, 3, 9, 7));
}

TEST(Pacific, TheDayOnWhichSummerEndsHas25Hours) {
  // Clocks go back on 1 November 2026 at 2:00 summer time, which is 9:00 UTC.
  EXPECT_EQ(NextPacificMidnight(Utc(2026, 11, 1, 6, 59)), Utc(2026, 11, 1, 7));
  EXPECT_EQ(NextPacificMidnight(Utc(2026, 11, 1, 7)), Utc(2026, 11, 2, 8));
  EXPECT_EQ(NextPacificMidnight(Utc(2026, 11, 1, 8, 59)), Utc(2026, 11, 2, 8));
  EXPECT_EQ(NextPacificMidnight(Utc(2026, 11, 1, 9)), Utc(2026, 11, 2, 8));
}

TEST(Pacific, EveryNightOfFourYearsIsWithin25Hours) {
  const WallTime end = Utc(2029, 1, 1, 0);
  for (WallTime now = Utc(2025, 1, 1, 0); now < end; now += hours(1)) {
    const auto left = NextPacificMidnight(now) - now;
    ASSERT_GT(left, Duration(0));
    ASSERT_LE(left, hours(25));
  }
}

}  // namespace
}  // namespace agm::accounts
