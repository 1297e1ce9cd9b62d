#include "core/base/last_minute.h"

#include <gtest/gtest.h>

#include <chrono>
#include <vector>

namespace agm {
namespace {

using Milliseconds = std::chrono::milliseconds;

// `seconds` after a whole second of the clock.
TimePoint At(double seconds) {
  return TimePoint(std::chrono::hours(100)) + std::chrono::duration_cast<std::chrono::nanoseconds>(
                                                  std::chrono::duration<double>(seconds));
}

TEST(LastMinute, CountsForSixtySecondsAndNotForSixtyOne) {
  LastMinute minute;
  minute.Count(At(0.9), 5);
  minute.Count(At(10), 7);
  EXPECT_EQ(minute.Sum(At(10)), 12);
  EXPECT_EQ(minute.Sum(At(60.9)), 12);
  EXPECT_EQ(minute.Sum(At(61)), 7);
  EXPECT_EQ(minute.Sum(At(70.9)), 7);
  EXPECT_EQ(minute.Sum(At(71)), 0);
}

TEST(LastMinute, ForgetsEverythingAfterALongSilence) {
  LastMinute minute;
  for (int second = 0; second < 61; ++second) minute.Count(At(second), 1);
  EXPECT_EQ(minute.Sum(At(60)), 61);
  EXPECT_EQ(minute.Sum(At(121)), 0);
  minute.Count(At(500), 3);
  EXPECT_EQ(minute.Sum(At(500)), 3);
  EXPECT_EQ(minute.Sum(At(1'000'000)), 0);
}

TEST(LastMinute, TakesTheTimeOfACallerThatIsLateForTheNewest) {
  LastMinute minute;
  minute.Count(At(30), 1);
  minute.Count(At(29), 2);
  EXPECT_EQ(minute.Sum(At(0)), 3);
  EXPECT_EQ(minute.Seconds(At(30)), (std::vector<std::int64_t>{3}));
}

TEST(LastMinute, CorrectsAnAmountInItsOwnSecond) {
  LastMinute minute;
  minute.Count(At(0), 100);
  minute.Count(At(20), 1);
  minute.Correct(At(0), At(20), -60);
  EXPECT_EQ(minute.Sum(At(20)), 41);
  EXPECT_EQ(minute.Sum(At(61)), 1);  // the correction is gone with what it corrected
}

TEST(LastMinute, IgnoresACorrectionOfWhatHasExpiredOrIsYetToCome) {
  LastMinute minute;
  minute.Count(At(0), 100);
  minute.Count(At(61), 10);
  minute.Correct(At(0), At(61), -100);
  EXPECT_EQ(minute.Sum(At(61)), 10);
  minute.Correct(At(62), At(61), -4);
  EXPECT_EQ(minute.Sum(At(61)), 10);
  minute.Correct(At(61), At(61), -4);
  EXPECT_EQ(minute.Sum(At(61)), 6);
}

TEST(LastMinute, CorrectsTheOldestSecondThatStillCounts) {
  LastMinute minute;
  minute.Count(At(0), 100);
  minute.Correct(At(0), At(60), -1);
  EXPECT_EQ(minute.Sum(At(60)), 99);
}

TEST(LastMinute, NeverTellsANegativeSum) {
  LastMinute minute;
  minute.Count(At(0), -5);
  EXPECT_EQ(minute.Sum(At(0)), 0);
  minute.Count(At(0), 7);
  EXPECT_EQ(minute.Sum(At(0)), 2);
  EXPECT_EQ(LastMinute().EmptyAt(At(3)), At(3));
}

TEST(LastMinute, SaysWhenTheSumHasFallenFarEnough) {
  LastMinute minute;
  minute.Count(At(0), 10);
  minute.Count(At(5), 20);
  minute.Count(At(50), 30);
  EXPECT_EQ(minute.FallsTo(60, At(50.5)), At(50.5));  // it already is
  EXPECT_EQ(minute.FallsTo(59, At(50.5)), At(61));
  EXPECT_EQ(minute.FallsTo(50, At(50.5)), At(61));
  EXPECT_EQ(minute.FallsTo(49, At(50.5)), At(66));
  EXPECT_EQ(minute.FallsTo(29, At(50.5)), At(111));
  EXPECT_EQ(minute.FallsTo(-1, At(50.5)), At(111));  // no time would do: when all has expired
  for (const std::int64_t most : {59, 49, 29, 0}) {
    LastMinute later = minute;
    const TimePoint at = later.FallsTo(most, At(50.5));
    EXPECT_LE(later.Sum(at), most);
    EXPECT_GT(minute.Sum(at - Milliseconds(1)), most);
  }
}

TEST(LastMinute, SaysWhenNothingCountsAnyMore) {
  LastMinute minute;
  EXPECT_EQ(minute.EmptyAt(At(0)), At(0));
  minute.Count(At(0.5), 1);
  minute.Count(At(7.5), 1);
  EXPECT_EQ(minute.EmptyAt(At(9)), At(68));
  EXPECT_EQ(minute.Sum(At(67.9)), 1);
  EXPECT_EQ(minute.EmptyAt(At(68)), At(68));
}

TEST(LastMinute, ListsTheSecondsFromNowBack) {
  LastMinute minute;
  EXPECT_TRUE(minute.Seconds(At(0)).empty());
  minute.Count(At(0), 1);
  minute.Count(At(2), 3);
  EXPECT_EQ(minute.Seconds(At(4)), (std::vector<std::int64_t>{0, 0, 3, 0, 1}));
  EXPECT_EQ(minute.Seconds(At(60)).size(), 61U);
  EXPECT_EQ(minute.Seconds(At(61)).size(), 60U);
  minute.Clear();
  EXPECT_TRUE(minute.Seconds(At(61)).empty());
  EXPECT_EQ(minute.Sum(At(61)), 0);
}

TEST(LastMinute, BoundsAnAmountThatNoRequestCanHave) {
  LastMinute minute;
  for (int i = 0; i < 3; ++i) minute.Count(At(0), INT64_MAX);
  EXPECT_EQ(minute.Sum(At(0)), 1'000'000'000);
  for (int i = 0; i < 3; ++i) minute.Count(At(1), INT64_MIN);
  EXPECT_EQ(minute.Sum(At(1)), 0);
  minute.Count(At(1), 1'500'000'000);
  EXPECT_EQ(minute.Sum(At(1)), 1'000'000'000);
  EXPECT_EQ(minute.Sum(At(62)), 0);
}

TEST(LastMinute, EachQuestionIsAboutTheMinuteBeforeIt) {
  const auto counted = [] {
    LastMinute minute;
    minute.Count(At(0), 5);
    return minute;
  };
  EXPECT_EQ(counted().Seconds(At(3)), (std::vector<std::int64_t>{0, 0, 0, 5}));
  EXPECT_EQ(counted().Seconds(At(61)), std::vector<std::int64_t>());
  EXPECT_EQ(counted().EmptyAt(At(3)), At(61));
  EXPECT_EQ(counted().EmptyAt(At(61)), At(61));
  EXPECT_EQ(counted().FallsTo(0, At(3)), At(61));
  EXPECT_EQ(counted().FallsTo(0, At(61.5)), At(61.5));
  EXPECT_EQ(counted().Sum(At(61)), 0);
  LastMinute corrected = counted();
  corrected.Correct(At(0), At(61), 7);
  EXPECT_EQ(corrected.Sum(At(61)), 0);
}

}  // namespace
}  // namespace agm
